// Finds the group that a use of a callable belongs to.
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Values;
using Assay.Formats.PyTorch;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Formats.Pickles;

/// <summary>
/// The groups of uses of one pickle by what the uses look like. Of uses that differ only in their constants the first ones of each callee are told
/// apart and the rest taken together; when the room for details is spent, so are uses of one callee with any arguments.
/// </summary>
internal sealed class UseIndex(PickleMachine machine, PickleFolding folding, UseRoom room)
{
    private const int DistinctPerCallee = 512;

    /// <summary>How many more uses of one callee are kept apart that hold more than numbers and words.</summary>
    private const int NotablePerCallee = 4096;

    private static readonly Lazy<HashSet<string>> s_codeMakers = new(() => [.. EmbeddedTable.Rows("pickle/code-makers.txt").Select(r => r[0])]);

    private readonly PickleKey _key = new(machine, folding.Ignores);
    private readonly ContentDictionary<UseGroup> _groups = new();
    private readonly ContentDictionary<KnownCallee> _callees = new();
    private readonly List<KnownCallee?> _imported = [];

    /// <summary>How many bytes the key of the last search has.</summary>
    public int KeyLength => _key.Bytes.Length;

    /// <summary>The group of a call, a construction or a state that looks the same, or null with the key ready for <see cref="Add"/>.</summary>
    public UseGroup? Find(byte tag, PickleValue callee, PickleValue arguments, PickleValue keywords)
    {
        if (callee.Kind != PickleKind.Import || !keywords.IsEmpty || CalleeOf(callee) is not { Distinct: >= DistinctPerCallee } flooded)
        {
            return FindByKey(tag, callee, arguments, keywords, null);
        }

        ulong outline = KnownCallee.Outline(tag, machine.Items(arguments));
        if (outline == 0)
        {
            return FindByKey(tag, callee, arguments, keywords, null);
        }

        bool isPlain = machine.IsMadeOfPlainWords(arguments);
        if (isPlain && flooded.Outlined is { } last && last.Outline == outline)
        {
            return last.Group;
        }

        UseGroup? group = FindByKey(tag, callee, arguments, keywords, isPlain);
        if (isPlain && group is not null)
        {
            flooded.Outlined = (outline, group);
        }

        return group;
    }

    /// <summary>The group of a method that an opcode calls, whatever its operands, or null with the key ready for <see cref="Add"/>.</summary>
    public UseGroup? FindMethod(byte tag, PickleValue target)
    {
        _key.Begin(tag);
        _key.IsEntering = false;
        _key.Value(target, constants: false);
        return _groups.TryGet(_key.Bytes, out UseGroup? group) ? group : null;
    }

    /// <summary>Adds a group under the key of the last search.</summary>
    public void Add(UseGroup group) => _groups.Add(_key.Bytes, group);

    /// <summary>What is known of an import that is used.</summary>
    public KnownCallee CalleeOf(PickleValue callee)
    {
        if (callee.Row < _imported.Count && _imported[callee.Row] is { } known)
        {
            return known;
        }

        while (_imported.Count <= callee.Row)
        {
            _imported.Add(null);
        }

        ImportRow import = machine.Import(callee);
        string? sink = import.IsComputed ? null : CallableSinks.Of(CanonicalName.Of(import.ResolvedModule, import.ResolvedName))?.Kind;
        known = new KnownCallee
        {
            LaysOutTensors = TorchTensorBounds.LaysOut(import),
            IsOpaque = folding.Ignores(callee),
            Loads = sink is "pickle" or "model" ? sink : null,
            RunsSource = sink is "python-source",
            MakesCode = s_codeMakers.Value.Contains(import.ResolvedModule.Split('.', 2)[0]),
            Encodes = import.Resolved == "_codecs.encode",
        };
        _imported[callee.Row] = known;
        return known;
    }

    /// <summary>Finds by all that the key holds; whether the arguments are made of plain words is looked up where the caller does not know it.</summary>
    private UseGroup? FindByKey(byte tag, PickleValue callee, PickleValue arguments, PickleValue keywords, bool? arePlain)
    {
        _key.Begin(tag);
        _key.IsEntering = false;
        _key.Value(callee, constants: false);
        _key.IsEntering = tag is (byte)Op.REDUCE or (byte)Op.OBJ or (byte)Op.INST && (callee.Kind != PickleKind.Import || machine.Import(callee).IsComputed || KnownModules.Has(machine.Import(callee).ResolvedModule));
        bool isWritten = callee.Kind is not (PickleKind.Result or PickleKind.Extension or PickleKind.Persistent) && !folding.HasPatches;
        if (!isWritten && folding.Target(callee, arguments) is { } target)
        {
            // Calls of what getattr returned are told apart by what that is.
            _key.Text(target.Name.Path);
        }

        KnownCallee known = callee.Kind == PickleKind.Import ? CalleeOf(callee) : CalleeByContent();
        bool isOneOfMany = known.Distinct >= DistinctPerCallee || room.IsNarrow;
        bool isPlain = isOneOfMany && (arePlain ?? machine.IsMadeOfPlainWords(arguments)) && (keywords.IsEmpty || machine.IsMadeOfPlainWords(keywords));
        bool constants = !isOneOfMany || (!isPlain && !room.IsNarrow && known.Distinct < DistinctPerCallee + NotablePerCallee);
        if (!room.IsNarrow)
        {
            _key.Value(arguments, constants);
            if (!keywords.IsEmpty)
            {
                _key.Value(keywords, constants);
            }
        }

        UseGroup? group = known.Again(_key.Bytes);
        if (group is null && _groups.TryGet(_key.Bytes, out group))
        {
            known.Remember(_key.Bytes, group);
        }

        if (group is null)
        {
            known.Distinct++;
            return null;
        }

        // The uses that are kept show what such constants do; others are told apart, or missed and that is said.
        group.Elided |= !constants && !isPlain;
        return group;
    }

    /// <summary>What is known of a callee that is no import, by the key begun for it.</summary>
    private KnownCallee CalleeByContent()
    {
        if (!_callees.TryGet(_key.Bytes, out KnownCallee? known))
        {
            known = new KnownCallee();
            _callees.Add(_key.Bytes, known);
        }

        return known;
    }
}
