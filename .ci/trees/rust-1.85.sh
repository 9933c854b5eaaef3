# Rust 1.85 with the standard library for other $machines, its sources for those of which Debian 12 has none, and what
# makes wheels.
export DEBIAN_FRONTEND=noninteractive
if [ ! -e /usr/bin/cargo ]; then # apt cannot install the libraries side by side
    for machine in $machines; do dpkg --add-architecture $machine; done
    apt-get update -qq
    version=$(apt-cache madison rustc-web | sed -n 's/.*| \(1\.85[^ ]*\) .*/\1/p' | head -1)
    apt-get install -y -qq --no-install-recommends {rustc-web,cargo-web,libstd-rust-web-dev,rust-web-src}=$version
    cd /tmp
    for machine in $machines; do apt-get download -qq libstd-rust-web-dev:$machine=$version; done
    for package in libstd*.deb; do dpkg -x $package /tmp/std; done
    cp -a /tmp/std/usr/lib/rustlib/* /usr/lib/rustlib/
fi
[ -e /v ] || python3 -m venv /v
/v/bin/pip install --quiet --upgrade build setuptools setuptools-rust ziglang cargo-zigbuild
