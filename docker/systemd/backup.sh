#!/bin/sh
# One backup of today, and those of more than 30 days ago removed once it is there. The environment names the files of
# the database's address and of the keys. usage: backup.sh FOLDER
set -eu
release=$(dirname "$0")/../..
"$release/bin/node" "$release/dist/apps/cli/main.js" backup --to "$1/cutover-$(date -u +%Y-%m-%dT%H%M%SZ).backup"
find "$1" -maxdepth 1 -name 'cutover-*.backup' -mtime +30 -delete
