# Python for musl, with what its modules need, in /opt/musl; and a compiler for it there, as cc and gcc.
[ -e /opt/musl/bin/pip3 ] && exit
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > /etc/apt/sources.list.d/sources.list
apt-get update -qq
apt-get install -y -qq --no-install-recommends autoconf automake libltdl-dev libtool
cd /tmp && apt-get source -qq --download-only libffi python3.13 zlib
for archive in *.orig.tar.?z; do tar -xf $archive; done

# As Alpine has it: the dynamic linker is a file, which is the C library, too.
headers=/usr/include/x86_64-linux-musl library=/usr/lib/x86_64-linux-musl/libc.so loader=/lib/ld-musl-x86_64.so.1
[ -L $library ] || mv $library $loader && ln -sf $loader $library && ln -sf $loader /lib/libc.musl-x86_64.so.1
ln -sfn /usr/include/linux /usr/include/asm-generic /usr/include/x86_64-linux-gnu/asm $headers/

mkdir -p /opt/musl/bin && cd /opt/musl/bin
cat > cc <<'EOF'
#!/bin/sh
[ "$1" = --print-multiarch ] && exec echo x86_64-linux-musl
exec musl-gcc "$@"
EOF
chmod +x cc && ln -sf cc gcc

export CC=/opt/musl/bin/cc
cd /tmp/zlib-*/ && CFLAGS=-fPIC ./configure --static --prefix=/opt/musl && make --quiet -j2 install
cd /tmp/libffi-*/ && autoreconf -fi
./configure --quiet --host=x86_64-linux-musl --with-pic --disable-shared --disable-docs --prefix=/opt/musl
make --quiet -j2 install
cd /tmp/Python-3.13*/
export CPPFLAGS=-I/opt/musl/include LDFLAGS=-L/opt/musl/lib
./configure --quiet --disable-test-modules --prefix=/opt/musl
make --quiet -j2 && make --quiet install
