// Parses the statements of a template that give names to values: loops, assignments and macros.
using Assay.Bytes;

namespace Assay.Formats.Jinja;

/// <summary>Statements that give names to values.</summary>
internal sealed partial class JinjaParser
{
    private void For()
    {
        List<string> targets = [];
        bool parenthesised = TakeIf("(");
        do
        {
            if (_token.Kind is JinjaTokenKind.Name && !_token.IsName("in"))
            {
                targets.Add(TakeText());
            }
            else if (TakeIf("("))
            {
                while (!TakeIf(")"))
                {
                    targets.Add(Name());
                    TakeIf(",");
                }
            }
        }
        while (TakeIf(","));
        if (parenthesised)
        {
            Expect(")");
        }

        if (!TakeWord("in"))
        {
            throw Unexpected();
        }

        int at = _token.Start;
        JinjaValue over = Tuple(withConditional: false);
        _blocks.Push(new Block("for", "", _steps));
        _steps *= over.Kind is JinjaValueKind.Number ? Math.Max(1, over.Number) : Math.Max(1, over.Items.Count);
        Repeated(_steps, at, "Loops stand in each other");
        foreach (string target in targets)
        {
            // Of a list that is written out any item may be meant; what is put together of them is built.
            _names[target] = over.Kind is JinjaValueKind.List && over.Items.Any(i => i.Kind is JinjaValueKind.Text) ? JinjaValue.BuiltUnknown : JinjaValue.Unknown;
        }

        if (TakeWord("if"))
        {
            Expression();
        }

        TakeWord("recursive");
    }

    private void Set()
    {
        List<string> targets = [];
        bool parenthesised = TakeIf("(");
        do
        {
            string target = Name();
            while (TakeIf("."))
            {
                string attribute = Name();
                Attribute(JinjaValue.Path(target), attribute, _token.Start);
                target += "." + attribute;
            }

            targets.Add(target);
        }
        while (TakeIf(",") && _token.Kind is JinjaTokenKind.Name);
        if (parenthesised)
        {
            Expect(")");
        }

        if (TakeIf("="))
        {
            _members.Clear();
            JinjaValue value = Tuple();
            if (value is { Kind: JinjaValueKind.Path, Text: "namespace()" or "dict()" } && targets is [var one])
            {
                // What a namespace is made with are its attributes.
                _names[one] = JinjaValue.Path(one);
                foreach ((string member, JinjaValue given) in _members)
                {
                    _names[$"{one}.{member}"] = given;
                }

                return;
            }

            foreach (string target in targets)
            {
                // What a loop or a branch makes of a name that had another value is one of several.
                bool isSeveral = _blocks.Count > 0 && _names.TryGetValue(target, out JinjaValue? known) && known != value;
                _names[target] = isSeveral && value.Kind is JinjaValueKind.Text ? JinjaValue.BuiltUnknown
                    : targets.Count == 1 ? value : value.Items.Count == targets.Count ? value.Items[targets.IndexOf(target)] : JinjaValue.Unknown;
            }

            return;
        }

        JinjaValue block = JinjaValue.BuiltUnknown;
        while (TakeIf("|"))
        {
            block = Filter(block);
        }

        _blocks.Push(new Block("set", "", _steps));
        foreach (string target in targets)
        {
            _names[target] = block;
        }
    }

    private void Macro(int at)
    {
        string name = Name();
        Expect("(");
        Parameters();
        _macros.Add(name);
        _blocks.Push(new Block("macro", name, _steps));
        _names.Remove(name);
        if (JinjaUses.IsInner(name) && JinjaUses.Spelled(name) is not null)
        {
            _uses.Add("template.inner-attribute", at, $"A macro is called {name}.");
        }
    }

    private void Parameters()
    {
        while (!TakeIf(")"))
        {
            string parameter = Name();
            _names[parameter] = JinjaValue.Unknown;
            if (TakeIf("="))
            {
                Expression();
            }

            if (!TakeIf(",") && !_token.Is(")"))
            {
                throw Unexpected();
            }
        }
    }
}
