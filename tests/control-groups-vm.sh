#!/usr/bin/env bash
# Tries control groups (cgroup v2) where they cannot do harm: in a virtual machine that is made here, boots from memory and is thrown away.
#   tests/control-groups-vm.sh [PROGRAM]     PROGRAM is assay as it is published; artifacts/assay/assay by default
# Not part of ./test: it takes some minutes, and starts a fork bomb inside the machine. Needs, from Debian: qemu-system-x86, busybox-static, cpio, bubblewrap,
# python3, and a kernel that apt-get can download (it is not installed). No rights are needed, and no /dev/kvm. Prints what was seen; read it.
set -eu
program=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/../artifacts/assay/assay}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -1)
apt-get -qq download "$kernel"
dpkg-deb -x linux-image-*.deb kernel

# The system of the machine: busybox, Python, bubblewrap and the libraries that they need.
mkdir -p root/{proc,sys,dev,tmp,run,etc,usr/bin,usr/sbin,usr/lib,usr/lib64,models,newroot}
cd root
for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
with_libraries() {
    local file library
    for file in "$@"; do
        for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
            mkdir -p "usr$(dirname "${library#/usr}")"
            cp -L -n "$library" "usr${library#/usr}"
        done
    done
}
python=$(readlink -f /usr/bin/python3)
for file in /usr/bin/bwrap /usr/bin/setpriv "$python"; do cp -L "$file" usr/bin/; with_libraries "$file"; done
ln -s "${python##*/}" usr/bin/python3
cp -a --parents "/usr/lib/${python##*/}" .
rm -rf usr/lib/python3*/{test,idlelib,lib2to3,ensurepip,__pycache__} usr/lib/python3*/config-*
with_libraries usr/lib/python3*/lib-dynload/*.so "$program"
cp "$program" usr/bin/assay
cp -L /bin/busybox usr/bin/busybox
for name in sh mount mkdir cat echo cp chown chmod sleep switch_root poweroff kill find tr id rmdir; do ln -s busybox "usr/bin/$name"; done

cat >init <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t tmpfs -o size=1500m tmpfs /newroot
for d in usr bin lib lib64 sbin etc models; do /bin/busybox cp -a /$d /newroot/; done
/bin/busybox mkdir -p /newroot/proc /newroot/sys /newroot/dev /newroot/tmp /newroot/run
exec /bin/busybox switch_root /newroot /models/begin.sh
INIT
cat >models/make.py <<'PYTHON'
import pickle
class Run:
    def __init__(self, source): self.source = source
    def __reduce__(self): return (exec, (self.source,))
def write(name, source): open("/models/" + name, "wb").write(pickle.dumps(Run(source)))
write("hungry.pkl", "import os,time\nfor i in range(8):\n  if os.fork()==0: break\nx=b'x'*(200<<20)\ntime.sleep(20)")
write("bomb.pkl", "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass")
write("sixty.pkl", "import os,time\nn=0\nfor i in range(60):\n  try:\n    if os.fork()==0:\n      time.sleep(3); os._exit(0)\n    n+=1\n  except OSError: pass\ntime.sleep(1)\nfor i in range(n): os.wait()\nopen('/tmp/children-%d' % n,'w')")
write("slow.pkl", "import time; time.sleep(15)")
pickle.dump({"a": 1}, open("/models/plain.pkl", "wb"))
PYTHON
cat >models/show.py <<'PYTHON'
import collections, json, sys
for target in json.load(open(sys.argv[1]))["targets"]:
    seen = collections.Counter()
    for event in target.get("events", []):
        if event["kind"][:4] in ("proc", "file", "limi", "load"):
            seen[event["kind"] + (" " + event["subject"] if event["kind"][:4] in ("file", "limi") else "")] += event["count"]
    print("   ", target["path"], target["verdict"], dict(seen))
PYTHON
cat >models/loads.sh <<'LOADS'
#!/bin/sh
echo "== $1: user $(id -u), $(cat /proc/self/cgroup)"
shift
for models in "$@"; do
    assay detonate --load-memory 512MiB --load-time 15 --format json -o /tmp/report $(for m in $models; do echo /models/$m.pkl; done)
    echo "  $models: exit code $?"; python3 /models/show.py /tmp/report; rm -f /tmp/report
done
echo "  left: $(find /sys/fs/cgroup -name 'assay-*' | tr '\n' ' ')"
LOADS
cat >models/begin.sh <<'BEGIN'
#!/bin/sh
export PATH=/usr/bin:/usr/sbin HOME=/tmp
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; chmod 1777 /tmp
mkdir -p /dev/pts /dev/shm; mount -t cgroup2 none /sys/fs/cgroup
python3 /models/make.py
cd /sys/fs/cgroup; echo "+memory +pids +cpu" >cgroup.subtree_control
give() { mkdir -p $1; chown 1000:1000 $1 $1/cgroup.procs $1/cgroup.subtree_control; }
inside() { group=$1; shift; sh -c 'echo $$ >/sys/fs/cgroup/'$group'/cgroup.procs; exec /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"' sh "$@"; }
give user; give user/shell; echo "+memory +pids +cpu" >user/cgroup.subtree_control
inside user/shell /models/loads.sh "below a parent that is the user's" plain hungry "bomb sixty"
echo "  most memory of the user: $(cat user/memory.peak)"
rmdir user/shell; echo "-memory -pids -cpu" >user/cgroup.subtree_control
inside user assay detonate -q --load-memory 512MiB --format json -o /tmp/report /models/hungry.pkl
echo "== alone in its own group: exit code $?, left: $(find user -type d | tr '\n' ' '), handed down: [$(cat user/cgroup.subtree_control)]"; python3 /models/show.py /tmp/report; rm -f /tmp/report
inside user assay detonate -q /models/slow.pkl &
sleep 12; echo "== killed; groups before: $(find user -type d | tr '\n' ' ')"
for group in $(find user -name 'load-*' -o -name 'box-*'); do echo "  $group: memory $(cat $group/memory.max), processes $(cat $group/pids.max), processor $(cat $group/cpu.max)"; done
kill -9 $!; sleep 2; echo "  after: $(find user -type d | tr '\n' ' ')"
give user/next; inside user/next assay detonate -q /models/plain.pkl; echo "  run again: exit code $?, left: $(find user -type d | tr '\n' ' ')"
mkdir none; inside none /models/loads.sh "nothing is delegated" plain hungry "bomb sixty"
/models/loads.sh "root" plain hungry "bomb sixty"
echo "the machine is done"; poweroff -f
BEGIN
chmod +x init models/*.sh
find . | cpio -o -H newc --quiet >../initrd
cd ..
timeout 1200 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3500 -nographic -no-reboot -net none \
    -kernel kernel/boot/vmlinuz-* -initrd initrd -append "console=ttyS0 quiet no_timer_check panic=-1 loglevel=3" </dev/null | tee console | sed -n '/==/,$p'
grep -q "the machine is done" console
