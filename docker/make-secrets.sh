#!/bin/sh
# Makes the secrets of compose.yaml in docker/secrets, one file each, each only where it is missing, and says nothing of
# their values. Those of the first release, in api.env and operator.env, are taken over.
# usage: docker/make-secrets.sh [HOST]   HOST: the name in PUBLIC_URL, for a self-signed certificate (localhost)
set -eu
cd "$(dirname "$0")"
host=${1:-localhost}
umask 077
mkdir -p secrets
cd secrets

missing() { [ ! -e "$1" ]; }

# Bind mounts keep a file's mode, and the containers run as people of their own: the folder keeps others out.
# A file is there whole or not at all.
put() { printf %s "$2" > "$1.new"; chmod 444 "$1.new"; mv "$1.new" "$1"; }

earlier() { cat api.env operator.env 2> /dev/null | sed -n "s/^$1=//p" | head -n 1; }

# secret FILE SETTING NEW: what an earlier release had as SETTING, else NEW
secret() {
  if missing "$1"; then
    before=$(earlier "$2")
    put "$1" "${before:-$3}"
  fi
}

certificate() { # NAME COMMON_NAME ALTERNATIVES DAYS
  if missing "$1.key"; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$4" -subj "/CN=$2" \
      -addext "subjectAltName=$3" -keyout "$1.key" -out "$1.crt" 2> /dev/null
    chmod 444 "$1.key" "$1.crt"
  fi
}

for name in mysql-password mysql-root-password grafana-password; do
  if missing "$name"; then put "$name" "$(openssl rand -hex 24)"; fi
done
secret local-jwt-secret LOCAL_JWT_SECRET "$(openssl rand -base64 48)"
secret token-encryption-keys TOKEN_ENCRYPTION_KEYS "k1:$(openssl rand -base64 32)"
secret audit-keys AUDIT_KEYS "a1:$(openssl rand -base64 32)"
secret backup-key BACKUP_KEY "$(openssl rand -base64 32)"
if missing metrics-token; then put metrics-token "$(openssl rand -hex 24)"; fi

# The database's certificate vouches for itself: the programs trust this one and no other.
certificate mysql mysql DNS:mysql,DNS:localhost 3650
if missing database-url; then
  ours="mysql://cutover:$(cat mysql-password)@mysql:3306/cutover"
  before=$(earlier DATABASE_URL)
  if [ "${before:-$ours}" = "$ours" ]; then before="$ours?ssl=true&ssl-ca=/run/secrets/mysql.crt"; fi
  put database-url "$before"
fi

certificate tls "$host" "DNS:$host,DNS:localhost,DNS:proxy,IP:127.0.0.1" 365

if [ -e api.env ]; then
  echo "docker/secrets/api.env and operator.env are not read any more: their secrets are in files of their own now." >&2
  echo "Move what else you set there to docker/.env, then remove both." >&2
fi
