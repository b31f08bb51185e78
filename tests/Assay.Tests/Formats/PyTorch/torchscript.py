# Writes models of TorchScript into a folder; prints the operators that PyTorch itself finds in each, and which of the forms below it compiles.
import os, sys, zipfile
import torch
from torch import nn
out = sys.argv[1]
os.makedirs(out)
# The sources of scripted modules must lie in a file.
sys.path.insert(0, out)
with open(os.path.join(out, 'modules_for_tests.py'), 'w') as f:
    f.write('''
from typing import List, Optional, Tuple
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3); self.b = nn.BatchNorm2d(4); self.l = nn.LSTM(4, 4, batch_first=True); self.p = nn.MaxPool2d(2)
        self.d = nn.Dropout(0.1); self.n = nn.LayerNorm(4)
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
    def forward(self, x: torch.Tensor, words: List[str], flag: Optional[int] = None):
        y = self.p(self.b(self.c(x))).flatten(2).transpose(1, 2)
        y, _ = self.l(self.n(y))
        for layer in self.layers:
            y = torch.relu(layer(y))
        if flag is not None and 'a' in words:
            y = y * flag + torch.zeros_like(y)
        d = {'a': y.sum()}
        return torch.einsum('bij->bj', self.d(y)), d, len(words), words[0].upper(), y[:, 0]
class Writes(nn.Module):
    def forward(self, x):
        torch.save(x, '/nowhere/a')
        return x
class Maps(nn.Module):
    def forward(self, x):
        return x + torch.from_file('/nowhere/b', False, 4)
class State(nn.Module):
    def __init__(self):
        super().__init__()
        self.x = torch.zeros(1)
    def forward(self, y):
        return self.x + y
    @torch.jit.export
    def __getstate__(self):
        return (self.x, self.training)
    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        self.x = state[0]
        self.training = state[1]
        if state[1] and not state[1]:
            torch.save(self.x, '/nowhere/c')
''')
import modules_for_tests as m
for name, module in [('net', m.Net()), ('writes', m.Writes()), ('maps', m.Maps()), ('state', m.State()), ('encoder', nn.TransformerEncoderLayer(8, 2)), ('gru', nn.GRU(3, 4, 2))]:
    script = torch.jit.script(module)
    script.save(os.path.join(out, name + '.pt'))
    if name != 'state':
        script._save_for_lite_interpreter(os.path.join(out, name + '.ptl'))
    names = set(torch.jit.export_opnames(script))
    print(name, *sorted({n.split('.')[0] for n in names}))

# Ways to spell an operator, put into an archive by hand: what torch.jit.load makes of each. Nothing is run.
forms = [
    'torch.save(x, "/nowhere/a")',
    'f = torch.save\nf(x, "/nowhere/a")',
    't = torch\nt.save(x, "/nowhere/a")',
    't = torch\nu = t.autograd\nv = u\nv.save(x, "/nowhere/a")',
    'ops.aten.save(x, "/nowhere/a")',
    'o = ops.aten\no.save(x, "/nowhere/a")',
    'getattr(torch, "save")(x, "/nowhere/a")',
    'getattr(ops, "aten").save(x, "/nowhere/a")',
    'torch.autograd.save(x, "/nowhere/a")',
    'torch.save(filename="/nowhere/a", item=x)',
    'if bool(torch.sum(x)):\n  torch.save(x, "/nowhere/a")',
    'x = torch.add(x, torch.from_file("/nowhere/a", False, 4))',
    'x = torch.add(x, [torch.from_file("/nowhere/a", False, i) for i in [1, 2]][0])',
    'x = {"a": torch.from_file("/nowhere/a", False, 4)}["a"]',
    'assert torch.eq(torch.from_file("/nowhere/a", False, 1), 1), "no"',
    'save = torch.add\ny = save(x, 1)',
    'y = torch.add(x, torch.zeros_like(x))',
    'print("torch.save(x)")',
    'y = "torch.from_file"',
    'x.save("/nowhere/a")',
    'y = "/nowhere/a".from_file(False, 3)',
    'f = x.save\nf("/nowhere/a")',
]
with zipfile.ZipFile(os.path.join(out, 'writes.pt')) as base:
    members = {n: base.read(n) for n in base.namelist()}
for i, body in enumerate(forms):
    path = os.path.join(out, f'form{i}.pt')
    with zipfile.ZipFile(path, 'w') as z:
        for name, data in members.items():
            if name.endswith('.py'):
                old = b'    torch.save(x, "/nowhere/a")\n'
                assert old in data
                data = data.replace(old, ''.join('    ' + line + '\n' for line in body.splitlines()).encode())
            z.writestr(name, data)
    try:
        graph = str(torch.jit.load(path).forward.graph)
        print(f'form{i}', 'opens' if 'aten::save' in graph or 'aten::from_file' in graph else 'computes')
    except RuntimeError:
        print(f'form{i}', 'refused')
