#!/bin/sh
# Makes the secrets of compose.yaml in docker/secrets, each only where it is missing, and says nothing of their values.
# usage: docker/make-secrets.sh [HOST]   HOST: the name in PUBLIC_URL, for a self-signed certificate (localhost)
set -eu
cd "$(dirname "$0")"
host=${1:-localhost}
umask 077
mkdir -p secrets
cd secrets

# Bind mounts keep a file's mode, and the containers run as people of their own: the folder keeps others out.
missing() { [ ! -e "$1" ]; }
secret() { if missing "$1"; then openssl rand -hex 24 | tr -d '\n' > "$1"; chmod 444 "$1"; fi; }

for name in mysql-password mysql-root-password metrics-token grafana-password; do secret "$name"; done

if missing api.env; then
  cat > api.env <<END
DATABASE_URL=mysql://cutover:$(cat mysql-password)@mysql:3306/cutover
LOCAL_JWT_SECRET=$(openssl rand -base64 48)
TOKEN_ENCRYPTION_KEYS=k1:$(openssl rand -base64 32)
AUDIT_KEYS=a1:$(openssl rand -base64 32)
METRICS_TOKEN=$(cat metrics-token)
END
fi
if missing operator.env; then echo "BACKUP_KEY=$(openssl rand -base64 32)" > operator.env; fi

if missing tls.key; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host,DNS:localhost,DNS:proxy,IP:127.0.0.1" \
    -keyout tls.key -out tls.crt 2> /dev/null
  chmod 444 tls.key tls.crt
fi
