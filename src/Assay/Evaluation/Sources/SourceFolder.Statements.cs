// The statements of folded source, one by one.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private void Statement(SyntaxNode node)
    {
        switch (node.Kind)
        {
            case SyntaxKind.Import:
                Import(node);
                break;
            case SyntaxKind.ImportFrom:
                FromImport(node);
                break;
            case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef:
                Define(node);
                break;
            case SyntaxKind.ClassDef:
                Class(node);
                break;
            case SyntaxKind.If:
                Branch(node);
                break;
            case SyntaxKind.While:
                bool? holds = Arguments.Truth(_expression.Value(node[Test]));
                Push(node, OrElse, isSure: false);
                if (holds is not false || _calls == 0)
                {
                    Push(new Block(node, Body) { IsLoop = true, IsUncounted = holds is not true, IsSure = holds is true });
                }

                break;
            case SyntaxKind.For or SyntaxKind.AsyncFor:
                Loop(node);
                break;
            case SyntaxKind.With or SyntaxKind.AsyncWith:
                Open(node.List(Items));
                Push(node, Body);
                break;
            case SyntaxKind.Try or SyntaxKind.TryStar:
                Push(node, FinalBody);
                Push(node, OrElse);
                Push(node, Handlers, isSure: false);
                Push(node, Body);
                break;
            case SyntaxKind.ExceptHandler:
                Forget(node.Name(Name));
                Push(node, Body, isSure: false);
                break;
            case SyntaxKind.Match:
                _expression.Value(node[Subject]);
                Push(node, Cases, isSure: false);
                break;
            case SyntaxKind.MatchCase:
                _expression.Value(node[Guard]);
                Push(node, Body, isSure: false);
                break;
            case SyntaxKind.Return:
                FoldedValue given = node[SyntaxField.Value].IsNone ? FoldedValue.None : _expression.Value(node[SyntaxField.Value]);
                _given = _given is null ? given : FoldedChoice.Matters(_given) || FoldedChoice.Matters(given) ? FoldedChoice.Of(_given, given) : Arguments.Same(_given, given) is true ? given : Origins.Unknown(Origins.Of(_given) | Origins.Of(given));
                Leave(toLoop: false);
                break;
            case SyntaxKind.Expr:
                _expression.Value(node[SyntaxField.Value]);
                break;
            case SyntaxKind.Raise:
                _expression.Value(node[Exc]);
                _expression.Value(node[Cause]);
                Leave(toLoop: false);
                break;
            case SyntaxKind.Break or SyntaxKind.Continue:
                Leave(toLoop: true, again: node.Kind is SyntaxKind.Continue);
                break;
            case SyntaxKind.Assert:
                _expression.Value(node[Test]);
                _expression.Value(node[Msg]);
                break;
            case SyntaxKind.Global or SyntaxKind.Nonlocal:
                foreach (int number in node.Values(SyntaxField.Names))
                {
                    _scope.Declare(node.Tree.Names[number], node.Kind is SyntaxKind.Global);
                }

                break;
            case SyntaxKind.Delete:
                foreach (SyntaxNode target in node.List(Targets))
                {
                    if (_expression.Value(target) is DefinedObject { Class: { } kind } lost && kind.Method("__del__") is { } end)
                    {
                        Enter(end, [lost], FoldedDict.Empty);
                    }
                }

                break;
            case SyntaxKind.Error:
                // What could be read of a line that is no Python: somebody may mend it before it is run.
                Values(node.List(SyntaxField.Values));
                Push(node, Body);
                break;
            case SyntaxKind.Assign:
                FoldedValue value = _expression.Value(node[SyntaxField.Value]);
                foreach (SyntaxNode target in node.List(Targets))
                {
                    Assign(target, value);
                }

                break;
            case SyntaxKind.AnnAssign:
                // What is said of a name of a module or a class is folded where it stands; of a name of a function it never is.
                if (_calls == 0)
                {
                    _expression.Value(node[Annotation]);
                }

                if (!node[SyntaxField.Value].IsNone)
                {
                    Assign(node[Target], _expression.Value(node[SyntaxField.Value]));
                }
                else if (_scope.IsClass && node[Target].Kind is SyntaxKind.Name && node[Target].Name(Id) is { } declared)
                {
                    // A field of a data class: objects are made with a value for it.
                    _scope.Names.TryAdd(declared, FoldedValue.Unknown);
                }

                break;
            case SyntaxKind.AugAssign:
                Augment(node);
                break;
        }
    }

    private void Branch(SyntaxNode node)
    {
        if (IsProgram(node[Test]))
        {
            Push(node, OrElse, isSure: false);
            if (_calls == 0 && node.List(Body).Count > 0)
            {
                Push(new Block(node, Body) { IsSure = false, After = _folder.Phase });
                _folder.Phase = "call";
            }

            return;
        }

        bool? holds = Arguments.Truth(_expression.Value(node[Test]));
        if (_calls > 0 && holds is { } known)
        {
            Push(node, known ? Body : OrElse);
            return;
        }

        Push(node, OrElse, isSure: false);
        Push(node, Body, isSure: false);
    }

    private void Loop(SyntaxNode node)
    {
        FoldedValue over = _expression.Value(node[Iter]);
        IReadOnlyList<FoldedValue>? items = over.IsUnknown ? null : Iterate(over);
        Push(node, OrElse, isSure: false);
        if (node.List(Body).Count == 0)
        {
            return;
        }

        if (items is { Count: > 0 } && items.Count <= _rounds)
        {
            // A list that the loop itself changes is gone through as it was.
            items = items is List<FoldedValue> ? [.. items] : items;
            Assign(node[Target], items[0]);
            Push(new Block(node, Body) { IsLoop = true, Items = items });
        }
        else if (items is not { Count: 0 } || _calls == 0)
        {
            Forget(node[Target], Origins.Of(over));
            Push(new Block(node, Body) { IsLoop = true, IsSure = false, IsUncounted = true });
        }
    }

    private void Import(SyntaxNode node)
    {
        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is { Length: <= LongestPath } module)
            {
                string top = module.Split('.')[0];
                Bind(alias.Name(AsName) ?? top, Imported(module, alias.Name(AsName) is null ? top : module));
            }
        }
    }

    private void FromImport(SyntaxNode node)
    {
        if (node.Value(Level) > 0)
        {
            Beside(node);
            return;
        }

        if (node.Name(Module) is not { Length: <= LongestPath } module)
        {
            return;
        }

        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is not { } item)
            {
                continue;
            }

            if (item == "*")
            {
                // What it brings is not written here: a name that nothing else gives may come from there.
                if (_module.Stars.Count < MostStars && !_module.Stars.Contains(module))
                {
                    _module.Stars.Add(module);
                }
            }
            else
            {
                Bind(alias.Name(AsName) ?? item, Written(module) ?? new FoldedName(module, item));
            }
        }
    }

    private void Open(SyntaxNodeList items)
    {
        foreach (SyntaxNode item in items)
        {
            FoldedValue opened = _expression.Value(item[ContextExpr]);
            FoldedValue entered = opened switch
            {
                FoldedFile or FoldedInstance or FoldedOpened or FoldedPath => opened,
                DefinedObject { Class: { } kind } made when kind.Method("__enter__") is { } enter => Enter(enter, [made], FoldedDict.Empty),
                FoldedSequence { Kind: SequenceKind.Iterator, Items: [var given, ..] } => given,
                _ => Origins.Unknown(opened.From),
            };
            if (opened is DefinedObject { Class: { } closing } && closing.Method("__exit__") is { } exit)
            {
                Enter(exit, [opened, FoldedValue.None, FoldedValue.None, FoldedValue.None], FoldedDict.Empty);
            }

            if (!item[OptionalVars].IsNone)
            {
                Assign(item[OptionalVars], entered);
            }
        }
    }

    private void Augment(SyntaxNode node)
    {
        FoldedValue more = _expression.Value(node[SyntaxField.Value]);
        SyntaxNode target = node[Target];
        FoldedValue before = target.Kind is SyntaxKind.Name ? Lookup(target.Name(Id) ?? "") : _expression.Value(target);
        if (before is FoldedName { Path: "os.environ" } && node.Operator is SyntaxOperator.BitOr)
        {
            _folder.OnReached?.Invoke(new FoldedName("os", "environ.update"), [more]);
            return;
        }

        if (before is FoldedSequence { Kind: SequenceKind.List } && node.Operator is SyntaxOperator.Add && _isScoped && _loops == 0)
        {
            _folder.Apply(new FoldedMethod(before, "extend"), [more]);
            return;
        }

        // How often a loop adds is not known.
        FoldedValue made = _loops > 0 ? Origins.Unknown(Origins.Of(before) | Origins.Of(more), node.Operator is SyntaxOperator.Add ? Origins.Head(before) : "") : _expression.Binary(node.Operator, before, more);
        if (target.Kind is SyntaxKind.Name && target.Name(Id) is { } name)
        {
            _scope.Set(name, made);
        }
        else if (target.Kind is SyntaxKind.Attribute && _isScoped)
        {
            Assign(target, made);
        }
    }

    private void Assign(SyntaxNode target, FoldedValue value)
    {
        switch (target.Kind)
        {
            case SyntaxKind.Name when target.Name(Id) is { } name:
                Bind(name, value);
                break;
            case SyntaxKind.Tuple or SyntaxKind.List:
                Unpack(target.List(Elts), value.IsUnknown ? null : Iterate(value), value.From);
                break;
            case SyntaxKind.Starred:
                Assign(target[SyntaxField.Value], value);
                break;
            case SyntaxKind.Attribute when _isScoped:
                _folder.Site = target.Start;
                SetAttribute(_expression.Value(target[SyntaxField.Value]), target.Name(Attr) ?? "", value);
                break;
            case SyntaxKind.Subscript when _isScoped:
                FoldedValue owner = _expression.Value(target[SyntaxField.Value]);
                FoldedValue key = _expression.Value(target[SyntaxField.Slice]);
                _folder.Site = target.Start;
                SetItem(owner, key, value);
                break;
            default:
                // What an item or an attribute is taken of is folded like any other expression.
                _expression.Value(target);
                break;
        }
    }

    private void Unpack(SyntaxNodeList targets, IReadOnlyList<FoldedValue>? items, ValueOrigins from)
    {
        int starred = -1;
        for (int i = 0; i < targets.Count; i++)
        {
            starred = targets[i].Kind is SyntaxKind.Starred ? i : starred;
        }

        bool fits = items is not null && (starred < 0 ? items.Count == targets.Count : items.Count >= targets.Count - 1);
        for (int i = 0; i < targets.Count; i++)
        {
            int behind = targets.Count - 1 - i;
            FoldedValue one = !fits ? Origins.Unknown(from)
                : starred < 0 || i < starred ? items![i]
                : i > starred ? items![items.Count - 1 - behind]
                : new FoldedSequence(SequenceKind.List, [.. items!.Skip(i).Take(items!.Count - i - behind)]);
            if (targets[i].Kind is SyntaxKind.Tuple or SyntaxKind.List && one.IsUnknown)
            {
                Forget(targets[i], from);
            }
            else
            {
                Assign(targets[i], one);
            }
        }
    }

    private void SetAttribute(FoldedValue owner, string name, FoldedValue value)
    {
        switch (owner)
        {
            case DefinedObject made when made.Class.Method("__setattr__") is { } always && !IsInside(always):
                Enter(always, [made, new FoldedText(name), value], FoldedDict.Empty);
                made.Fields[name] = value;
                break;
            case DefinedObject made when made.Class.Find(name) is DefinedObject { Class: { } kind } descriptor && kind.Method("__set__") is { } set:
                Enter(set, [descriptor, made, value], FoldedDict.Empty);
                break;
            case DefinedObject made:
                made.Fields[name] = _unsure > 0 && made.Fields.TryGetValue(name, out FoldedValue? before) ? FoldedChoice.Of(before, value) : value;
                break;
            case DefinedClass kind:
                kind.Members.Names[name] = value;
                break;
            case DefinedFunction when name is "__code__" && value is FoldedText or FoldedInstance { Class.Path: "builtins.compile" } or FoldedUnknown { Head.Length: > 0 }:
                // A function gets the code of a text: calling it runs the text.
                _folder.OnReached?.Invoke(new FoldedName("builtins", "exec"), [value]);
                break;
            case DefinedFunction function:
                (function.Attributes ??= new(StringComparer.Ordinal))[name] = value;
                break;
            case FoldedName replaced when FoldedChoice.Matters(value):
                Replaced(replaced, name, value);
                break;
            case FoldedInstance or FoldedUnknown when value is DefinedFunction called && name.StartsWith("on_", StringComparison.Ordinal):
                // A client of others calls it with what comes in.
                Serve(called);
                break;
        }
    }

    private void SetItem(FoldedValue owner, FoldedValue key, FoldedValue value)
    {
        switch (owner)
        {
            case DefinedObject { Class: { } kind } made when kind.Method("__setitem__") is { } set:
                Enter(set, [made, key, value], FoldedDict.Empty);
                break;
            case FoldedName globals when globals.Path.EndsWith(Folder.Globals, StringComparison.Ordinal) && key is FoldedText name:
                _module.Names[name.Value] = value;
                break;
            case FoldedName { Path: "os.environ" or "os.environb" } when key is FoldedText && PathObject.Text(value) is { } setting && setting.AsSpan().IndexOfAny('/', ' ', ':') >= 0:
                _folder.OnReached?.Invoke(new FoldedName("os", "environ.update"), [new FoldedDict([(key, value)])]);
                break;
            case FoldedName replaced when FoldedChoice.Matters(value) && key is FoldedText name:
                Replaced(replaced, name.Value, value);
                break;
            default:
                if (_loops == 0)
                {
                    ChangedContainers.Set(_folder, owner, key, value);
                }

                break;
        }
    }

    /// <summary><c>__name__ == "__main__"</c>.</summary>
    private static bool IsProgram(SyntaxNode test) => test.Kind is SyntaxKind.Compare && test[Left] is { Kind: SyntaxKind.Name } left && left.Name(Id) is "__name__";
}
