// Reports made by hand, for the tests of what is written about them.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Reports;

/// <summary>Reports made by hand.</summary>
internal static class ReportSamples
{
    public static Rule Command { get; } = new()
    {
        Id = "PKL101",
        Title = "A function that runs commands is called",
        Severity = Severity.Critical,
        Confidence = Confidence.High,
        Why = "Unpickling calls this function with arguments from the file. Whoever made the file decides what your machine runs, with your rights, before any model exists.",
        Fix = "Do not load the file. If it has been loaded, treat the machine and every secret on it as taken. Ask for the weights as safetensors.",
        References = ["CWE-502", "https://atlas.mitre.org/techniques/AML.T0011"],
        Tags = ["pickle", "execution"],
    };

    public static Rule Unknown { get; } = new()
    {
        Id = "PKL201",
        Title = "A function that Assay does not know is called",
        Severity = Severity.Medium,
        Confidence = Confidence.Medium,
        Why = "Nothing is known about what it does when it is called with these arguments.",
        Fix = "Read its source. If you trust it, allow its module in your policy.",
        References = ["CWE-502"],
    };

    public static Rule Note { get; } = new()
    {
        Id = "PKL301",
        Title = "Something unusual is imported and not called",
        Severity = Severity.Info,
        Confidence = Confidence.High,
        Why = "An import runs the module's own code.",
        Fix = "Nothing needs to be done.",
    };

    public static Finding Hit(Rule rule, string path, string message, long offset = 34, long length = 12) => new()
    {
        Rule = rule,
        Severity = rule.Severity,
        Confidence = rule.Confidence,
        Message = message,
        Path = path,
        Offset = offset,
        Length = length,
        Subject = new("judgement", "posix.system"),
        Key = "0123456789abcdef0123456789abcdef",
        ContentKey = "fedcba9876543210fedcba9876543210",
    };

    private static readonly Waiver s_content =
        new() { Rule = "PKL201", Contents = ["fedcba9876543210fedcba9876543210"], Path = "models/**", Reason = "reviewed by us", Expires = new DateOnly(2027, 1, 31) };

    private static readonly Waiver s_unread = new()
    {
        Unread = [UnreadCause.NotSupported],
        File = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7",
        Reason = "read by hand",
        Expires = new DateOnly(2027, 1, 31),
    };

    private static readonly Policy s_policy = new()
    {
        Name = "policy.yaml",
        Digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        Waivers =
        [
            s_content,
            s_unread,
            new() { Rule = "PKL201", Contents = ["00112233445566778899aabbccddeeff"], Reason = "long gone", Expires = new DateOnly(2025, 1, 31) },
            new() { Rule = "PKL101", Contents = ["00112233445566778899aabbccddeeff"], Reason = "not met" },
        ],
    };

    public static TargetReport Malicious { get; } = new()
    {
        Path = "models/classifier.pt",
        Size = 1_834,
        Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        Formats = ["7z", "torch-zip"],
        Pickle = "models/classifier.pt!/archive/data.pkl",
        Verdict = Verdict.Malicious,
        Artifacts = 4,
        Bytes = (800, 1_000, 34),
        Findings =
        [
            Hit(Command, "models/classifier.pt!/archive/data.pkl", "Loading calls posix.system with 'echo canary'.") with
            {
                Evidence = [new("callable", "posix.system (written as os.system)", 2), new("argument", "'echo canary'", 21), new("opcode", "REDUCE", 34)],
                Loaders = [new("torch.load", "< 2.6", "weights_only=True refuses"), new("pickle.load")],
            },
            Hit(Unknown, "models/classifier.pt!/archive/data.pkl", "Loading calls thingy.build with 2 arguments.", 90, 1) with { Reached = "unknown" },
            Hit(Unknown, "models/classifier.pt!/archive/data.pkl", "Loading calls thingy.more with no arguments.", 120, 1),
            Hit(Note, "models/classifier.pt", "numpy.testing is imported and not called.", 7),
        ],
        Waived =
        [
            new(Hit(Unknown, "models/classifier.pt!/archive/data.pkl", "Loading calls ours.make with 1 argument.", 200, 1),
                s_content),
        ],
        Unread =
        [
            new UnreadFact { Path = "models/classifier.pt!/archive/data.pkl", Offset = 260, Cause = UnreadCause.Malformed, Detail = "The opcode 0xff does not exist." },
        ],
    };

    public static TargetReport Incomplete { get; } = new()
    {
        Path = "models/old.h5",
        Size = 48_221_344,
        Formats = ["hdf5"],
        Verdict = Verdict.Incomplete,
        Artifacts = 1,
        Bytes = (0, 0, 48_221_344),
        Unread = [new UnreadFact { Path = "models/old.h5", Cause = UnreadCause.NotSupported, Detail = "HDF5 is recognised and not yet supported." }],
    };

    public static TargetReport Missing { get; } = new()
    {
        Path = "models/pipe",
        Verdict = Verdict.Incomplete,
        Unread = [new UnreadFact { Path = "models/pipe", Cause = UnreadCause.Unreadable, Detail = "It is a FIFO, a device or a socket, which is never opened." }],
    };

    public static TargetReport Passed { get; } = new()
    {
        Path = "models/weights.npy",
        Size = 128,
        Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Formats = ["npy"],
        Verdict = Verdict.Passed,
        Artifacts = 1,
        Bytes = (80, 48, 0),
        Findings = [Hit(Note, "models/weights.npy", "The header is longer than it must be.", 10, 70)],
    };

    /// <summary>A file that was loaded for real, in which nothing was seen, and of which the policy accepts that it was not read.</summary>
    public static TargetReport Loaded { get; } = new()
    {
        Path = "models/side.gguf",
        Size = 32,
        Sha256 = "486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7",
        Formats = ["gguf"],
        Verdict = Verdict.Passed,
        Artifacts = 1,
        Bytes = (0, 0, 32),
        WaivedUnread =
        [
            new(new UnreadFact { Path = "models/side.gguf", Cause = UnreadCause.NotSupported, Detail = "GGUF is recognised and not yet supported." }, s_unread),
        ],
        IsTestLoaded = true,
        Events = [new BehaviourFact { Path = "models/side.gguf", Kind = BehaviourFact.LoadEnding, Source = BehaviourSource.Sandbox, Action = "the loader", Subject = "loaded builtins.dict", Loader = "pickle.load" }],
    };

    /// <summary>The folder of the files.</summary>
    public static BundleReport Folder { get; } = new()
    {
        Path = "models",
        Files = 5,
        Judgement = new Judgement
        {
            Verdict = Verdict.Malicious,
            Findings = [Hit(Unknown, "models/classifier.pt!/archive/data.pkl", "What a.pt calls lies in b.py.") with { Key = "0000000000000000000000000000000b" }],
        },
        Facts = new FactSet { Path = "models" },
    };

    /// <summary>A report in which every kind of thing occurs.</summary>
    public static ScanReport Everything { get; } = Of(Malicious, Incomplete, Missing, Passed, Loaded) with { Ignored = 12, Bundles = [Folder], Policy = s_policy };

    /// <summary>Every string that a hostile file can choose, filled with what terminals and viewers obey.</summary>
    public static ScanReport Hostile(string text) => Of(Malicious with
    {
        Path = text,
        Findings =
        [
            .. Malicious.Findings.Select(f => f with
            {
                Path = text + "!/" + text,
                Message = text,
                Evidence = [new(text, text, 1)],
                Loaders = [new(text, text, text)],
                Phase = text,
                Reached = text,
                Key = text,
                ContentKey = text,
            }),
        ],
        Waived = [new(Malicious.Findings[0] with { Message = text, Path = text }, new Waiver { Rule = text, File = text, Path = text, Reason = text })],
        Unread = [new UnreadFact { Path = text, Cause = UnreadCause.Malformed, Detail = text }],
        IsTestLoaded = true,
        Events =
        [
            new BehaviourFact { Path = text, Kind = BehaviourFact.LoadEnding, Source = BehaviourSource.Sandbox, Action = text, Subject = text, Loader = text, Arguments = [text] },
            new BehaviourFact { Path = text, Kind = text, Source = BehaviourSource.Python, Action = text, Subject = text, Loader = text, Arguments = [text] },
        ],
    });

    public static ScanReport Of(params TargetReport[] targets) => new()
    {
        Head = new ScanHead
        {
            Version = "0.1.0",
            RulesVersion = "2026.11",
            RulesDigest = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
            Limits = new ScanLimits(),
        },
        Targets = targets,
    };
}
