#!/usr/bin/env bash
# Process 1 of a lab: a network of machines, which end with it, and it ends with its standard input.
#
# network.sh FOLDER NAME=ADDRESS…
#
# A machine is a network, a host name and a view of the disk of its own: what is written below /etc,
# /var, /run (its home is there), /srv and /usr/local is seen on that machine only and is gone at the end. All else
# is the disk of the host, so FOLDER is the same everywhere. ADDRESS is one of 10.0.0.0/8.
set -eu
folder="$1"
shift
tools="$folder/lab"

ip link set lo up
ip link add lan type bridge
ip link set lan up

for machine in "$@"; do
    name="${machine%%=*}"
    mkfifo "$tools/$name.told" "$tools/$name.go"
    unshare --mount --net --uts bash "$tools/machine.sh" "$folder" "$name" "${machine#*=}" "$@" </dev/null &
    process=$!
    echo "$process" >"$tools/$name.pid"
    read -r _ <"$tools/$name.told"
    ip link add "$name" type veth peer name eth0 netns "$process"
    ip link set "$name" master lan up
    echo >"$tools/$name.go"
    read -r said <"$tools/$name.told"
    [ "$said" = ready ]
done
echo ready
# Until the test has ended, in whatever way.
cat >/dev/null
