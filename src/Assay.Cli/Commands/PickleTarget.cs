// The pickle that a command means by a path: the file, the member that is named, or the only one inside.
using Assay.Bytes;
using Assay.Hosting.Files;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>The pickle that a command means by a path. Its bytes are there while they are used.</summary>
internal sealed class PickleTarget
{
    private const int Named = 20;
    private readonly Host _host;
    private readonly string _file;
    private readonly long _offset;

    private PickleTarget(Host host, string file, PicklePlace place)
    {
        _host = host;
        _file = file;
        Name = place.Path;
        _offset = place.Offset;
    }

    /// <summary>The path of the pickle, as reports print it.</summary>
    public string Name { get; }

    /// <summary>
    /// Finds the pickle that <paramref name="name"/> means; <paramref name="raw"/> takes the bytes as a pickle whatever they look like. Null where there
    /// is none or no single one: <paramref name="why"/> has then been said, and <paramref name="code"/> is the exit code.
    /// </summary>
    public static PickleTarget? Find(Host host, string name, bool raw, out int code, out string why)
    {
        PickleTarget? target = Look(host, name, raw, out code, out why);
        if (target is null)
        {
            host.Error.WriteLine("assay: " + why);
        }

        return target;
    }

    private static PickleTarget? Look(Host host, string name, bool raw, out int code, out string why)
    {
        (string file, bool member) = MemberPath.Split(name);
        code = ExitCode.Incomplete;
        why = "";
        try
        {
            if (raw || (!member && BeginsLikeAPickle(file)))
            {
                return new PickleTarget(host, file, new PicklePlace(name, 0));
            }

            using ByteSource bytes = FileOpening.Open(file);
            PickleSearch search = PickleSearch.In(file, bytes, WeightFile.Options(host, file, new ScanLimits()), host.Cancellation);
            PicklePlace[] meant = [.. member ? search.All.Where(p => p.Path == name) : search.Outermost];
            switch (meant)
            {
                case [PicklePlace one]:
                    if (one.Offset > 0)
                    {
                        host.Error.WriteLine($"assay: {Escape.Visible(one.Path)}: The pickle begins at offset {one.Offset}; offsets are counted from there.");
                    }

                    return new PickleTarget(host, file, one);
                case []:
                    string found = search.Outermost.Count > 0 ? $" The pickles inside are: {List(search.Outermost)}." : "";
                    string unread = search.Unread is [var first, ..] && found.Length == 0 ? $" Not everything was read: {Escape.Visible(first.Path)}: {Escape.Visible(first.Detail)}" : "";
                    why = member ? $"There is no pickle {Escape.Visible(name)}.{found}{unread}" : $"{Escape.Visible(name)} is no pickle and holds none.{unread}";
                    return null;
                default:
                    code = ExitCode.Usage;
                    why = $"{Escape.Visible(name)} holds {meant.Length} pickles; name one of them: {List(meant)}.";
                    return null;
            }
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            why = Why(name, e);
            return null;
        }
    }

    /// <summary>Hands the bytes of the pickle to <paramref name="use"/> and returns the exit code.</summary>
    public int Visit(Action<ByteSource> use)
    {
        try
        {
            if (Name == _file)
            {
                using ByteSource bytes = FileOpening.Open(_file);
                Use(bytes);
                return ExitCode.Passed;
            }

            // Nothing is judged here, so no rule needs to be read.
            ScanOptions options = new() { Rules = Detection.RuleSet.None, Scratch = Scratch(_host) };
            if (new Scanner(options).Visit(Input(_file), Name, artifact => Use(artifact.Bytes), _host.Cancellation))
            {
                return ExitCode.Passed;
            }

            _host.Error.WriteLine($"assay: {Escape.Visible(Name)} could not be read: there is nothing of that name inside the file.");
            return ExitCode.Incomplete;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            _host.Error.WriteLine("assay: " + Why(Name, e));
            return ExitCode.Incomplete;
        }

        void Use(ByteSource bytes) => use(_offset == 0 ? bytes : bytes.Slice(new ByteRange(_offset, bytes.Length - _offset)));
    }

    private static bool IsUnreadable(Exception e) => e is ScanStopException or MalformedException or IOException or UnauthorizedAccessException;

    private static string Why(string name, Exception why) =>
        $"{Escape.Visible(name)} could not be read: {Escape.Visible(why is IOException or UnauthorizedAccessException ? FileFault.Of(why) + "." : why.Message)}";

    /// <summary>Whether the file begins with the opcode that says a pickle's protocol: then it needs no search.</summary>
    private static bool BeginsLikeAPickle(string file)
    {
        using ByteSource bytes = FileOpening.Open(file);
        return bytes.ReadUpTo(0, 2) is [0x80, <= 5];
    }

    private static ScanInput Input(string file) => new() { Path = file, Open = () => FileOpening.Open(file), Named = true };

    private static FileScratch Scratch(Host host) => new(host.TemporaryDirectory, new ScanLimits().InflatedInMemory);

    private static string List(IReadOnlyList<PicklePlace> places)
    {
        string names = string.Join(", ", places.Take(Named).Select(p => Escape.Visible(p.Path) + (p.Offset > 0 ? $" (at offset {p.Offset})" : "")));
        return places.Count > Named ? $"{names} and {places.Count - Named} more" : names;
    }
}
