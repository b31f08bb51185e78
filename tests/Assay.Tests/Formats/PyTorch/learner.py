# Saves a learner as fastai's export() and save() do, with classes that stand for its own, and prints the names that state_dict() gives of its model.
import os
import sys
import types

import torch

learner, callback = types.ModuleType("fastai.learner"), types.ModuleType("fastai.callback.core")
sys.modules.update({"fastai": types.ModuleType("fastai"), "fastai.callback": types.ModuleType("fastai.callback"), learner.__name__: learner, callback.__name__: callback})


class Learner:
    pass


class TrainEvalCallback:
    pass


for home, kind in ((learner, Learner), (callback, TrainEvalCallback)):
    kind.__module__ = home.__name__
    setattr(home, kind.__name__, kind)
one = Learner()
one.model = torch.nn.Sequential(torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)), torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)))
one.opt_func, one.lr, one.moms, one.cbs = torch.optim.Adam, 0.001, (0.95, 0.85, 0.95), [TrainEvalCallback()]
one.cbs[0].learn = one
optimizer = torch.optim.Adam(one.model.parameters())
one.model(torch.randn(2, 3, 3, 3)).sum().backward()
optimizer.step()
torch.save(one, os.path.join(sys.argv[1], "export.pkl"), pickle_protocol=2)
torch.save({"model": one.model.state_dict(), "opt": optimizer.state_dict()}, os.path.join(sys.argv[1], "model.pth"))
for name, tensor in one.model.state_dict().items():
    print(name)
