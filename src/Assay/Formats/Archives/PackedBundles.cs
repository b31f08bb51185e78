// The members of archives that pack several files together, as bundles: what is asked for is unpacked for it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers;
using Assay.Containers.Rar;
using Assay.Containers.SevenZip;

namespace Assay.Formats.Archives;

/// <summary>
/// The members of a 7z archive. What is packed together with the member that is being read lies there already; any other folder is unpacked once,
/// when it is first asked for.
/// </summary>
internal sealed class SevenZipBundle(SevenZipArchive archive, ReadContext context) : ArchiveBundle(context)
{
    private readonly Dictionary<int, ByteSource> _folders = [];
    private Dictionary<string, SevenZipFile?>? _files;

    /// <summary>The members by name; null where two have one.</summary>
    private Dictionary<string, SevenZipFile?> Files
    {
        get
        {
            if (_files is null)
            {
                _files = new(StringComparer.Ordinal);
                foreach (SevenZipFile file in archive.Files.Where(f => !f.IsDirectory))
                {
                    _files[file.Name] = _files.ContainsKey(file.Name) ? null : file;
                }
            }

            return _files;
        }
    }

    /// <summary>Hands in the content of a folder that the format has unpacked, until what is returned is disposed.</summary>
    public IDisposable Lend(int folder, ByteSource content)
    {
        bool isNew = _folders.TryAdd(folder, content);
        return new Loan(_folders, isNew ? folder : -1);
    }

    protected override IEnumerable<string> Names() => Files.Keys;

    protected override BundleOpening Open(string name)
    {
        if (!Files.TryGetValue(name, out SevenZipFile? file))
        {
            return BundleOpening.Refuse(BundleRefusal.Missing, "The archive has no such member.");
        }

        if (file is null)
        {
            return BundleOpening.Refuse(BundleRefusal.Ambiguous, "Several members have that name.");
        }

        if (file.Folder < 0)
        {
            return BundleOpening.Of(new MemorySource(default));
        }

        SevenZipFolder folder = archive.Folders[file.Folder];
        if (!folder.IsSupported)
        {
            return BundleOpening.Refuse(BundleRefusal.Unreadable, folder.IsEncrypted ? "The member is encrypted." : "The member is packed by methods that are not supported.");
        }

        if (!_folders.TryGetValue(file.Folder, out ByteSource? content))
        {
            InflatedSoFar soFar = CoderChain.Inflate(folder.Chain, Context.Artifact.Bytes, folder.Packed, Context.Budget, Context.Scratch);
            content = soFar.Result.Bytes;
            Context.Own(content);
            _folders.Add(file.Folder, content);
        }

        return file.Content.End <= content.Length
            ? BundleOpening.Of(content.Slice(file.Content))
            : BundleOpening.Refuse(BundleRefusal.Unreadable, "The member lies behind a break.");
    }

    private sealed class Loan(Dictionary<int, ByteSource> folders, int folder) : IDisposable
    {
        public void Dispose() => folders.Remove(folder);
    }
}

/// <summary>The members of a RAR archive. One that is packed is unpacked when it is first asked for, with all before it, as solid archives ask for.</summary>
internal sealed class RarBundle(RarArchive archive, ByteRange range, ReadContext context) : ArchiveBundle(context)
{
    private readonly Dictionary<int, ByteSource?> _unpacked = [];
    private Dictionary<string, int>? _files;

    /// <summary>The numbers of the members by name; -1 where two have one.</summary>
    private Dictionary<string, int> Files
    {
        get
        {
            if (_files is null)
            {
                _files = new(StringComparer.Ordinal);
                for (int i = 0; i < archive.Files.Count; i++)
                {
                    string name = archive.Files[i].Name;
                    _files[name] = _files.ContainsKey(name) ? -1 : i;
                }
            }

            return _files;
        }
    }

    protected override IEnumerable<string> Names() => Files.Keys;

    protected override BundleOpening Open(string name)
    {
        if (!Files.TryGetValue(name, out int number))
        {
            return BundleOpening.Refuse(BundleRefusal.Missing, "The archive has no such member.");
        }

        if (number < 0)
        {
            return BundleOpening.Refuse(BundleRefusal.Ambiguous, "Several members have that name.");
        }

        RarFile file = archive.Files[number];
        if (file.IsEncrypted || file.IsSplit || archive.Files.Any(f => f.Window > Codec.MaxWindow))
        {
            return BundleOpening.Refuse(BundleRefusal.Unreadable, "The member is encrypted, lies in another volume too, or needs too large a window.");
        }

        if (file.IsStored)
        {
            return file.Packed.Length < file.PackedSize
                ? BundleOpening.Refuse(BundleRefusal.Unreadable, "The member reaches beyond the end of the archive.")
                : BundleOpening.Of(Context.Artifact.Bytes.Slice(file.Packed));
        }

        if (!_unpacked.TryGetValue(number, out ByteSource? content))
        {
            content = Unpack(number);
            _unpacked.Add(number, content);
        }

        return content is null
            ? BundleOpening.Refuse(BundleRefusal.Unreadable, "The member cannot be unpacked.")
            : BundleOpening.Of(content.Slice(new ByteRange(0, content.Length)));
    }

    private ByteSource? Unpack(int wanted)
    {
        ByteSource? content = null;
        RarUnpacker.Unpack(Context.Artifact.Bytes, range.ClampTo(Context.Artifact.Bytes.Length), archive.Files, Context.Budget, Context.Scratch, (number, soFar) =>
        {
            if (number == wanted && soFar is { Stop: null, Result.Error: null })
            {
                content = Copy(soFar.Result.Bytes);
                Context.Own(content);
            }
        });
        return content;
    }

    /// <summary>What is unpacked lives only as long as it is handed out.</summary>
    private ByteSource Copy(ByteSource bytes)
    {
        InflatedSink sink = new(Context.Budget, Context.Scratch, long.MaxValue);
        byte[] buffer = new byte[(int)Math.Clamp(bytes.Length, 1, 64 << 10)];
        long at = 0;
        for (int got; (got = bytes.ReadAt(at, buffer)) > 0; at += got)
        {
            sink.Write(buffer.AsSpan(0, got));
        }

        return sink.Finish();
    }
}
