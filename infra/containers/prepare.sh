#!/bin/sh
# Makes what has to be secret or unique, in the folder given; what is there already stays as it is.
# Told by BROKER_NAME under which name workers reach the broker.
set -eu
umask 022 # services read single files of it, each as a user of its own; the folder is for you alone
folder=$1
name=${BROKER_NAME:?the name under which workers reach the broker}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

random() { openssl rand -hex 24; }
keep() { # keep FILE: what comes in, whole or not at all, unless it is there
  if [ -s "$1" ]; then
    cat > /dev/null # or what makes it would complain that nobody listens
    return 0
  fi
  cat > "$1.new"
  mv "$1.new" "$1"
}

openssl rand -base64 32 | keep signing_key
random | keep postgres_password
echo "postgres://outscope:$(cat postgres_password)@postgres:5432/outscope" | keep database_url
mkdir -p broker-passwords
random | keep broker-passwords/coordinator
outscope broker acl --joining --passwords broker-passwords | keep users.acl
echo "rediss://coordinator:$(cat broker-passwords/coordinator)@valkey:6379/0?ssl_ca_certs=/run/secrets/broker_ca" \
  | keep broker_url

if [ -s broker.pem ] && ! openssl x509 -in broker.pem -noout -checkhost "$name" | grep -q "does match"; then
  echo "broker.pem is for another name than $name: delete it, and run this again; the authority stays" >&2
  exit 1
fi
if [ ! -s ca.pem ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -keyout ca.key -out "$work/ca.pem" -subj "/CN=Outscope broker authority" 2> /dev/null
  mv "$work/ca.pem" ca.pem
fi
if [ ! -s broker.pem ]; then
  printf 'subjectAltName=DNS:%s,DNS:valkey\n' "$name" > "$work/names"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout broker.key -out "$work/csr" -subj "/CN=$name" 2> /dev/null
  openssl x509 -req -in "$work/csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 \
    -extfile "$work/names" -out "$work/pem" 2> /dev/null
  chmod 600 ca.key
  chmod 644 broker.key
  mv "$work/pem" broker.pem
fi
echo "ready: $folder"
