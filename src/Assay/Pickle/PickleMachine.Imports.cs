// What the pickle machine sees a loader resolve by name.
using Assay.Bytes;
using Assay.Python.Literals;
using Assay.Python.Names;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private const int NodesOfImport = 100;
    private const int NewImportWork = 1_000;

    /// <summary>An import is an object with up to six texts, and a key.</summary>
    private const int ImportSize = 400;
    private const int ImportLetterSize = 8;
    private readonly List<ImportRow> _imports = [];
    private readonly Dictionary<NameKey, int> _importIndex = new(NameComparer.Instance);
    private readonly Dictionary<NameKey, int>.AlternateLookup<ReadOnlySpan<byte>> _importLookup;
    private readonly (PickleValue Module, PickleValue Name, int Protocol, int Row)[] _recent = new (PickleValue, PickleValue, int, int)[256];

    private long _importNodes;

    /// <summary>The row behind an import.</summary>
    public ImportRow Import(PickleValue value) => _imports[value.Row];

    private void ResetImports()
    {
        if (_imports.Count > 0)
        {
            _imports.Clear();
            _importNodes = 0;
            _importIndex.Clear();
            Array.Clear(_recent);
        }
    }

    private void LoadGlobal(long offset)
    {
        if (ReadNamePair(ascii: false, out PickleValue import)
            && !IsRefused(_dialect == PickleDialect.WeightsOnly && !WeightsOnlyList.Allows(Import(import).Module, Import(import).Name), "The name is not on the list of torch.load(weights_only=True)."))
        {
            Push(import);
            _observer.OnImport(this, import, offset, Op.GLOBAL);
        }
    }

    /// <summary>Resolves the two lines of GLOBAL or INST.</summary>
    private bool ReadNamePair(bool ascii, out PickleValue import)
    {
        import = default;
        if (MissingNewline())
        {
            return false;
        }

        ByteRange second = _reader.SecondLine;
        if (_reader.PayloadLength == 0 || second.Length == 0)
        {
            if (!InPython())
            {
                return End(PickleEnding.Truncated, "A module or a name is empty.");
            }
        }

        long start = _reader.PayloadOffset;
        long length = second.End - start;
        int split = (int)_reader.PayloadLength;
        if (second.Offset != start + split + 1)
        {
            // The lines do not lie side by side: one ended with the data, or a frame ended between them.
            return ReadPartedNames(ascii, out import);
        }

        ReadOnlySpan<byte> both = _reader.InWindow(start, length);
        if (both.Length != length)
        {
            both = _source.ReadUpTo(start, (int)length);
        }

        if (_reader.LineWithoutNewline && both.Length > split + 1)
        {
            both = both[..^1];
        }

        bool plain = both.IndexOfAnyExceptInRange((byte)0, (byte)127) < 0;
        if (!plain && (ascii || !SurrogateText.IsUtf8(both, surrogatePass: false)))
        {
            return End(PickleEnding.BadArgument, "A module or name does not decode.");
        }

        if (!plain)
        {
            Odd("pickle.non-ascii-global", "A module or name holds characters outside ASCII.");
        }
        else if (both.IndexOf((byte)'\\') >= 0)
        {
            Odd("pickle.global-escape", "A module or name holds a backslash, which some parsers decode and no loader does.");
        }

        import = InternImport(both, split);
        return true;
    }

    private bool ReadPartedNames(bool ascii, out PickleValue import)
    {
        import = default;
        ByteRange second = _reader.SecondLine;
        byte[] module = _source.ReadUpTo(_reader.PayloadOffset, (int)_reader.PayloadLength);
        byte[] name = _source.ReadUpTo(second.Offset, (int)second.Length);
        if (_reader.LineWithoutNewline)
        {
            // A missing newline costs the last character of its line.
            if (second.Length > 0)
            {
                name = name[..^1];
            }
            else if (module.Length > 0)
            {
                module = module[..^1];
            }
        }

        byte[] both = [.. module, (byte)'\n', .. name];
        if (ascii ? both.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)127) >= 0 : !SurrogateText.IsUtf8(both, surrogatePass: false))
        {
            return End(PickleEnding.BadArgument, "A module or name does not decode.");
        }

        import = InternImport(both, module.Length);
        return true;
    }

    private void LoadStackGlobal(long offset)
    {
        if (!Pop(out PickleValue name) || !Pop(out PickleValue module))
        {
            return;
        }

        if (!MayBeText(name) || !MayBeText(module))
        {
            End(PickleEnding.BadOperand, "STACK_GLOBAL needs two strings.");
            return;
        }

        if ((name.Kind == PickleKind.PyString || module.Kind == PickleKind.PyString) && NoteStringName(module, name))
        {
            return;
        }

        PickleValue import;
        if (name.IsLeaf && module.IsLeaf)
        {
            ref (PickleValue Module, PickleValue Name, int Protocol, int Row) recent =
                ref _recent[(int)((module.Payload * 31) + name.Payload) & 255];
            if (recent.Module == module && recent.Name == name && recent.Protocol == ProtocolClass && name.Kind == PickleKind.Str && module.Kind == PickleKind.Str)
            {
                import = new PickleValue(PickleKind.Import, recent.Row, tainted: true);
            }
            else
            {
                byte[] moduleBytes = TextBytes(module, out bool longModule);
                byte[] nameBytes = TextBytes(name, out bool longName);
                if (longModule || longName)
                {
                    // Cut names must not be taken for each other.
                    Odd("pickle.long-name", $"A module or name is longer than {NameLimit} bytes.");
                    import = AddImport(SurrogateText.Decode(moduleBytes), SurrogateText.Decode(nameBytes));
                }
                else if (Array.IndexOf(moduleBytes, (byte)'\n') >= 0)
                {
                    import = AddImport(SurrogateText.Decode(moduleBytes), SurrogateText.Decode(nameBytes));
                }
                else
                {
                    import = InternImport([.. moduleBytes, (byte)'\n', .. nameBytes], moduleBytes.Length);
                }

                recent = (module, name, ProtocolClass, import.Row);
            }
        }
        else
        {
            import = AddImport(new ImportRow
            {
                Module = module.IsLeaf ? GetText(module, NameLimit, out _) : null,
                Name = name.IsLeaf ? GetText(name, NameLimit, out _) : null,
                ResolvedModule = "",
                ResolvedName = "",
                Protocol = _protocol,
                ModuleValue = module,
                NameValue = name,
            });
        }

        Push(import);
        _observer.OnImport(this, import, offset, Op.STACK_GLOBAL);
    }

    /// <summary>
    /// A string of Python 2 as a name: bytes are none, and beyond ASCII the name depends on the encoding. True where no loader goes on.
    /// </summary>
    private bool NoteStringName(PickleValue module, PickleValue name)
    {
        if ((Encodings & PickleEncodings.Utf8) != 0 && (Encodings & PickleEncodings.Latin1) != 0 && (IsBeyondAscii(module) || IsBeyondAscii(name)))
        {
            Differentials |= Differential.Names;
        }

        return Leave(PickleEncodings.Bytes, "A string of Python 2 is used as a name.");
    }

    private bool IsBeyondAscii(PickleValue value) =>
        value.Kind == PickleKind.PyString && !System.Text.Ascii.IsValid(GetBytes(value, NameLimit, out _));

    private const int NameLimit = 1 << 20;

    private static bool MayBeText(PickleValue value) =>
        value.Kind is PickleKind.Str or PickleKind.PyString or PickleKind.Result or PickleKind.Persistent or PickleKind.Extension;

    /// <summary>Below 3 names are rewritten, from 4 on dots are walked: the same words mean other objects.</summary>
    private int ProtocolClass => _protocol < 3 ? 0 : _protocol < 4 ? 1 : 2;

    private byte[] TextBytes(PickleValue value, out bool cut)
    {
        // The raw bytes of a binary string are its UTF-8; the text opcodes need decoding first.
        string text = GetText(value, NameLimit, out long whole);
        cut = whole > NameLimit;
        byte[] bytes = new byte[text.Length * 3];
        int length = 0;
        foreach (char c in text)
        {
            // Lone surrogates stay apart: each UTF-16 unit is encoded by itself, which is enough for a key.
            if (c < 0x80)
            {
                bytes[length++] = (byte)c;
            }
            else if (c < 0x800)
            {
                bytes[length++] = (byte)(0xC0 | (c >> 6));
                bytes[length++] = (byte)(0x80 | (c & 0x3F));
            }
            else
            {
                bytes[length++] = (byte)(0xE0 | (c >> 12));
                bytes[length++] = (byte)(0x80 | ((c >> 6) & 0x3F));
                bytes[length++] = (byte)(0x80 | (c & 0x3F));
            }
        }

        return bytes[..length];
    }

    private PickleValue InternImport(ReadOnlySpan<byte> moduleLineName, int split)
    {
        Span<byte> key = moduleLineName.Length < 512 ? stackalloc byte[moduleLineName.Length + 1] : new byte[moduleLineName.Length + 1];
        key[0] = (byte)ProtocolClass;
        moduleLineName.CopyTo(key[1..]);
        if (_importLookup.TryGetValue(key, out int row))
        {
            return new PickleValue(PickleKind.Import, row, tainted: true);
        }

        PickleValue added = AddImport(
            SurrogateText.Decode(moduleLineName[..split]),
            SurrogateText.Decode(moduleLineName[(split + 1)..]));
        _importIndex.Add(new NameKey(key.ToArray()), added.Row);
        return added;
    }

    private PickleValue AddImport(string module, string name)
    {
        (string resolvedModule, string resolvedName) = _protocol < 3 ? Python2Names.Fix(module, name) : (module, name);
        return AddImport(new ImportRow
        {
            Module = module,
            Name = name,
            ResolvedModule = resolvedModule,
            ResolvedName = resolvedName,
            Protocol = _protocol,
        });
    }

    private PickleValue AddImport(ImportRow row)
    {
        // Unlike other rows an import holds texts, and as many as the file names: a hundred thousand names are of no use.
        long letters = (row.Module?.Length ?? 0) + (row.Name?.Length ?? 0);
        _importNodes += NodesOfImport + (4 * letters);
        SpendNode();
        _budget?.SpendWork(NewImportWork + letters);
        _held.Add(ImportSize + (ImportLetterSize * letters));
        _imports.Add(row);
        return new PickleValue(PickleKind.Import, _imports.Count - 1, tainted: true);
    }

    /// <summary>Module, newline and name as bytes, behind a byte for the protocol's class. Equality is by content: a hash may collide.</summary>
    private readonly struct NameKey(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;
    }

    private sealed class NameComparer : IEqualityComparer<NameKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, NameKey>
    {
        public static NameComparer Instance { get; } = new();

        public bool Equals(NameKey x, NameKey y) => x.Bytes.AsSpan().SequenceEqual(y.Bytes);

        public int GetHashCode(NameKey key) => GetHashCode(key.Bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, NameKey other) => alternate.SequenceEqual(other.Bytes);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => ContentHash.Of(alternate);

        public NameKey Create(ReadOnlySpan<byte> alternate) => new(alternate.ToArray());
    }
}
