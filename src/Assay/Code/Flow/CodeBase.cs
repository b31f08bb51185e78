// The modules of an analysis, and what is known of names beside them.
using Assay.Bytes;
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;
using Assay.Python.Names;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

/// <summary>The modules of an analysis by their names: those that are analysed, and those that they import, read when they are asked for.</summary>
internal sealed class CodeBase(EffectKnowledge knowledge, Func<string, SourceModule?> library, ScanBudget? budget, CancellationToken cancellation)
{
    /// <summary>So many modules one analysis reads.</summary>
    private const int MostModules = 60_000;

    /// <summary>Star imports of star imports are followed so far.</summary>
    private const int MostStars = 400;

    private readonly Dictionary<string, CodeModule?> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EffectEntry?> _known = new(StringComparer.Ordinal);
    private readonly List<CodeModule> _read = [];

    /// <summary>The modules with source, in the order in which they were read.</summary>
    public IReadOnlyList<CodeModule> Modules => _read;

    /// <summary>Whether all modules were read: what is asked for later and is not here has no source.</summary>
    public bool IsComplete { get; set; }

    /// <summary>The budget.</summary>
    public ScanBudget? Budget { get; } = budget;

    /// <summary>Ends the analysis.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Adds a module that is analysed.</summary>
    public CodeModule Add(SourceModule source)
    {
        if (_modules.TryGetValue(source.Name, out CodeModule? known) && known is not null)
            return known;

        Cancellation.ThrowIfCancellationRequested();
        Budget?.SpendWork(source.Text.Utf8.Length);
        CodeModule module = ScopeBuilder.Build(source, PythonParser.Parse(source.Text, Budget));
        _modules[source.Name] = module;
        _read.Add(module);
        return module;
    }

    /// <summary>The module of that name; null where it has no source.</summary>
    public CodeModule? Module(string name)
    {
        if (_modules.TryGetValue(name, out CodeModule? module))
            return module;

        if (!IsComplete && _read.Count < MostModules && library(name) is { } source)
            return Add(source);

        _modules.Add(name, null);
        return null;
    }

    /// <summary>What is known of a dotted path; null where nothing is.</summary>
    public EffectEntry? Known(string path)
    {
        if (!_known.TryGetValue(path, out EffectEntry? entry))
            _known.Add(path, entry = Find(CanonicalName.Twin(path)) is { } found && !(found.IsDerived && HasSource(path)) ? found : null);

        return entry;
    }

    /// <summary>Whether a dotted path itself, and not only something above it, is known.</summary>
    public bool IsListed(string path) => knowledge.Lists(CanonicalName.Twin(path));

    private EffectEntry? Find(string path)
    {
        KnownName found = knowledge.Find(path);

        // What lies in something that does harm does that harm as far as is known, with which of its own arguments is not.
        return found is { Entry: { IsHarmful: true } entry, Place: { Pattern: "" } place } && place.Owner != path
            ? entry with { Call = Anywhere(entry.Call), New = Anywhere(entry.New), Returns = EffectReturn.Unknown }
            : found.Entry;
    }

    private static List<Effect> Anywhere(IReadOnlyList<Effect> effects) => [.. effects.Select(e => new Effect { Kind = e.Kind, Name = e.Name, Source = EffectSource.Any }).Distinct()];

    // What an earlier analysis found counts only where the source is not at hand.
    private bool HasSource(string path)
    {
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
        {
            if (_modules.GetValueOrDefault(path[..dot]) is not null)
                return true;
        }

        return _modules.GetValueOrDefault(path) is not null;
    }

    /// <summary>
    /// What a module has under a name: a variable of its own or of a module whose names it takes over; null where none has it. The last star wins, but
    /// source wins over what has none.
    /// </summary>
    public Variable? Export(CodeModule module, string name)
    {
        HashSet<CodeModule> seen = [];
        Stack<CodeModule> open = new([module]);
        while (seen.Count < MostStars && open.TryPop(out CodeModule? next))
        {
            if (!seen.Add(next))
                continue;

            bool isStar = next != module;
            if (isStar && !IsExported(next, name))
                continue;

            if (next.Scope.Variables.TryGetValue(name, out Variable? variable))
                return variable;

            foreach (string star in next.Stars)
            {
                if (Module(star) is { } source)
                    open.Push(source);
            }
        }

        return null;
    }

    /// <summary>The modules without source whose names a module takes over with a star, the last one first.</summary>
    public IEnumerable<string> ForeignStars(CodeModule module)
    {
        for (int i = module.Stars.Count - 1; i >= 0; i--)
        {
            if (Module(module.Stars[i]) is null)
                yield return module.Stars[i];
        }
    }

    /// <summary>Reads all modules that those which are here import, wherever the import stands.</summary>
    public void ReadImports()
    {
        for (int i = 0; i < _read.Count; i++)
        {
            CodeModule module = _read[i];
            for (int number = 1; number < module.Tree.Count; number++)
            {
                SyntaxNode node = module.Tree[number];
                if (node.Kind is SyntaxKind.Import)
                {
                    foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                        ReadAll(module, alias.Name(SyntaxField.Name)!);
                }
                else if (node.Kind is SyntaxKind.ImportFrom && module.Absolute(node.Value(SyntaxField.Level), node.Name(SyntaxField.Module) ?? "") is { } from)
                {
                    ReadAll(module, from);
                    foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                    {
                        if (alias.Name(SyntaxField.Name) is { } name and not "*" && (Module(from) is not { } source || !source.Scope.Variables.ContainsKey(name)))
                        {
                            Module($"{from}.{name}");
                            module.Imports.Add($"{from}.{name}");
                        }
                    }
                }
            }
        }
    }

    /// <summary>The modules, those that import others before these as far as they do not import each other.</summary>
    public IReadOnlyList<CodeModule> ImportersFirst()
    {
        List<CodeModule> finished = new(_read.Count);
        HashSet<CodeModule> seen = [];
        Stack<(CodeModule Module, IEnumerator<string> Imports)> path = new();
        foreach (CodeModule first in _read)
        {
            if (seen.Add(first))
                path.Push((first, first.Imports.GetEnumerator()));

            while (path.TryPeek(out (CodeModule Module, IEnumerator<string> Imports) open))
            {
                if (!open.Imports.MoveNext())
                    finished.Add(path.Pop().Module);
                else if (_modules.GetValueOrDefault(open.Imports.Current) is { } next && seen.Add(next))
                    path.Push((next, next.Imports.GetEnumerator()));
            }
        }

        finished.Reverse();
        return finished;
    }

    private void ReadAll(CodeModule importer, string path)
    {
        importer.Imports.Add(path);
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = path.IndexOf('.', dot + 1))
            Module(path[..dot]);

        Module(path);
    }

    private static bool IsExported(CodeModule module, string name) =>
        module.ExportsUnknown || (module.Exports is { } listed ? listed.Contains(name) : !name.StartsWith('_'));
}
