// What the command line needs from the machine, handed in so that tests can stand in for it.
using Assay.Scanning;
using Assay.Store;
using Assay.Store.Databases;

namespace Assay.Cli;

/// <summary>Runs a scan; <see cref="Scanner"/> unless a test stands in.</summary>
internal delegate IEnumerable<ScanResult> ScanRunner(
    Scanner scanner, IEnumerable<ScanInput> inputs, IProgress<ScanProgress>? progress, CancellationToken cancellation);

/// <summary>The streams, the terminal and the engine that a command works with.</summary>
internal sealed record Host
{
    /// <summary>Standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Whether there is no standard input.</summary>
    public Func<bool> IsInputClosed { get; init; } = static () => false;

    /// <summary>Whether standard input is a terminal, so that somebody can be asked.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>The next key in a terminal, which is not shown.</summary>
    public Func<ConsoleKeyInfo> Key { get; init; } = static () => Console.ReadKey(intercept: true);

    /// <summary>The next line in a terminal, or null where it is closed.</summary>
    public Func<string?> Line { get; init; } = Console.ReadLine;

    /// <summary>Standard output, for reports and listings.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard error, for sentences and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of a report on standard output.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether the environment asks for no colour (NO_COLOR, or a terminal that knows none).</summary>
    public bool NoColour { get; init; }

    /// <summary>Where one works: what a house has decided is looked for from here.</summary>
    public string Directory { get; init; } = global::System.IO.Directory.GetCurrentDirectory();

    /// <summary>A variable of the environment, or null.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What of the settings of a hub is another here than the environment says.</summary>
    public Func<Assay.Hub.HubOptions, Assay.Hub.HubOptions> Hub { get; init; } = static options => options;

    /// <summary>Where a user's quarantine, keys, decisions and feeds are kept.</summary>
    public string Home { get; init; } = Environment.GetEnvironmentVariable("ASSAY_HOME") is { Length: > 0 } home ? home
        : Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "assay");

    /// <summary>Who works here.</summary>
    public string User { get; init; } = Environment.UserName;

    /// <summary>Where temporary files go.</summary>
    public string TemporaryDirectory { get; init; } = Path.GetTempPath();

    /// <summary>Ends the work.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Runs a scan.</summary>
    public ScanRunner Scan { get; init; } =
        (scanner, inputs, progress, cancellation) => scanner.ScanAsync(inputs, progress, cancellation).ToBlockingEnumerable(CancellationToken.None);

    /// <summary>Opens a store; the flag says whether a file that is not there is made.</summary>
    public Func<StoreAddress, bool, ModelStore> OpenStore { get; init; } = static (at, create) => ModelStore.Open(at, create);

    /// <summary>The machine itself.</summary>
    public static Host System(CancellationToken cancellation)
    {
        bool terminal = !Console.IsOutputRedirected;
        return new Host
        {
            Input = Console.OpenStandardInput(),
            InputIsTerminal = !Console.IsInputRedirected,
            IsInputClosed = Files.StandardInput.IsClosed,
            Output = Console.OpenStandardOutput(),
            Error = Console.Error,
            OutputIsTerminal = terminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = terminal ? Columns() : 100,
            NoColour = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                || Environment.GetEnvironmentVariable("TERM") == "dumb",
            Cancellation = cancellation,
        };
    }

    /// <summary>A writer of UTF-8 text with plain line feeds to standard output, or to <paramref name="stream"/>; it does not close the stream.</summary>
    public StreamWriter Writer(Stream? stream = null) => new(stream ?? Output, new global::System.Text.UTF8Encoding(false), 1 << 14, leaveOpen: true) { NewLine = "\n" };

    private static int Columns()
    {
        try
        {
            return Console.WindowWidth is > 0 and int columns ? columns : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
