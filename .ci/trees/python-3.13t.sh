# Python without a GIL, in /opt/3.13t.
[ -e /opt/3.13t/bin/pip3 ] && exit
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > /etc/apt/sources.list.d/sources.list
apt-get update -qq
apt-get install -y -qq --no-install-recommends libbz2-dev libffi-dev liblzma-dev libsqlite3-dev libssl-dev zlib1g-dev
cd /tmp && apt-get source -qq --download-only python3.13
# Without Debian's patches, by which this one would not find its own site-packages.
tar -xf python3.13_*.orig.tar.xz
cd Python-3.13*/ && ./configure --quiet --disable-gil --prefix=/opt/3.13t
make --quiet -j2 && make --quiet install
