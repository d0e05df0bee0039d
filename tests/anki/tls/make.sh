#!/bin/sh
# Makes the certificates of the tests anew: `sh make.sh`, with OpenSSL 3. They are committed, for
# neither Rust's nor Python's standard library makes any; they are good until 2120, for servers on
# this machine, and for nothing else. The authority's key is thrown away.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
here=DNS:localhost,IP:127.0.0.1

cat > "$work/ca.conf" <<END
[ca]
default_ca = own
[own]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
: > "$work/index"
echo 01 > "$work/serial"

# What is asked for: a name, who may be named by it, and whether it is an authority.
asked() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
    openssl req -new -key "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr"
    printf 'basicConstraints=critical,CA:%s\nsubjectAltName=%s\n' "$3" "$2" > "$work/$1.ext"
}
# Signs it: until when, and by whom.
signed() {
    name=$1 until=$2
    shift 2
    openssl ca -batch -notext -config "$work/ca.conf" -startdate 20200101000000Z \
        -enddate "$until" -extfile "$work/$name.ext" -in "$work/$name.csr" -out "$work/$name.crt" "$@"
    cat "$work/$name.key" "$work/$name.crt" > "$name.pem"
}
# A certificate that signed itself, and one of the authority.
by_itself() { asked "$1" "$2" "$3"; signed "$1" 21200101000000Z -selfsign -keyfile "$work/$1.key"; }
by_authority() {
    asked "$1" "$2" FALSE
    signed "$1" "$3" -cert authority.pem -keyfile "$work/authority.key"
}

by_itself authority DNS:authority.example TRUE
cp "$work/authority.crt" authority.pem
by_authority here "$here" 21200101000000Z
by_authority elsewhere DNS:elsewhere.example 21200101000000Z
by_authority over "$here" 20210101000000Z
by_itself own "$here" FALSE
# As `openssl req -x509` makes them where nothing else is said.
by_itself both "$here" TRUE
