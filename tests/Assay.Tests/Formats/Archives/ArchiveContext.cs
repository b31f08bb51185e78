// A context that keeps what a format says, for tests of single formats.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Formats.Archives;

namespace Assay.Tests.Formats.Archives;

/// <summary>Keeps facts and a copy of every child.</summary>
internal sealed class ArchiveContext : ReadContext
{
    private readonly FactLog _log;

    /// <summary>The format of zips, with all kinds of model files that are zips.</summary>
    public static IFormat Zip { get; } = FormatCatalog.All.OfType<ZipFormat>().Single();

    /// <summary>The format of tars, with all kinds of model files that are tars.</summary>
    public static IFormat Tar { get; } = FormatCatalog.All.OfType<TarFormat>().Single();

    private ArchiveContext(Artifact artifact, FactLog log, ScanBudget budget)
        : base(artifact, log, budget, new MemoryScratch()) => _log = log;

    public List<(string Name, byte[] Bytes)> Children { get; } = [];

    public bool KeepBytes { get; init; } = true;

    public ScanStopException? Stop { get; private set; }

    public MalformedException? Malformed { get; private set; }

    public IEnumerable<string> Anomalies => _log.Facts.OfType<AnomalyFact>().Select(f => f.Code);

    public IEnumerable<UnreadFact> Unreads => _log.Facts.OfType<UnreadFact>();

    public IEnumerable<string> Formats => _log.Facts.OfType<FormatFact>().Select(f => f.Format);

    public IEnumerable<string> Names => Children.Select(c => c.Name);

    public static ArchiveContext? Read(IFormat format, byte[] bytes, ScanLimits? limits = null, string name = "file", bool keep = true)
    {
        limits ??= new ScanLimits();
        Artifact artifact = new(name, new MemorySource(bytes));
        ScanBudget budget = new(limits, TimeProvider.System, TestContext.Current.CancellationToken);
        ProbeView probe = new(artifact, new ByteRange(0, bytes.Length), budget);
        if (format.Probe(probe) is not { } claim)
        {
            return null;
        }

        ArchiveContext context = new(artifact, new FactLog(limits), budget) { KeepBytes = keep };
        try
        {
            format.Read(claim, context);
        }
        catch (ScanStopException e)
        {
            context.Stop = e;
        }
        catch (MalformedException e)
        {
            context.Malformed = e;
        }

        return context;
    }

    public List<string> Extensions { get; } = [];

    /// <summary>Where the children lie in the archive.</summary>
    public List<BundlePlace> Places { get; } = [];

    public override void Submit(Artifact child)
    {
        Extensions.Add(child.Extension);
        if (child.In is { } place)
        {
            Places.Add(place);
        }

        Children.Add((child.Name, KeepBytes ? child.Bytes.ReadUpTo(0, (int)Math.Min(child.Bytes.Length, 64 << 20)) : []));
    }

    public string Text(string name) => Encoding.UTF8.GetString(Children.First(c => c.Name == name).Bytes);
}
