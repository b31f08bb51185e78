// Every way by which an opcode enters an object, as CPython takes it, is a way that is judged.
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Scanning;

namespace Assay.Tests.Oracle;

/// <summary>
/// The table of routes: a stream for each opcode, and the methods of real classes that CPython's unpicklers enter for it. Where all that is known of the
/// class is that this one method does harm, the stream must be found.
/// </summary>
public sealed class RouteTableTests
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Each row: the opcode, the stream behind PROTO 2, what the C unpickler enters, and what the one in Python does where that is something else.</summary>
    private static readonly (string Name, string Stream, string Enters, string? InPython)[] s_table =
    [
        ("REDUCE of a class", "croutes\nPlain\n)R.", "Plain.__call__ of its class, Plain.__new__, Plain.__init__, Plain.__del__", null),
        ("REDUCE of a function", "croutes\nfunction\n)R.", "function", null),
        ("REDUCE of an object", "croutes\nCalled\n)\u0081)R.", "Called.__new__, Called.__call__, Called.__del__", null),
        ("NEWOBJ", "croutes\nPlain\n)\u0081.", "Plain.__new__, Plain.__del__", null),
        ("NEWOBJ_EX", "\u0080\u0004croutes\nPlain\n)}\u0092.", "Plain.__new__, Plain.__del__", null),
        ("OBJ of a class", "(croutes\nPlain\no.", "Plain.__new__, Plain.__del__", null),
        ("OBJ of a class with arguments", "(croutes\nPlain\nNo.", "Plain.__call__ of its class, Plain.__new__, Plain.__init__, Plain.__del__", null),
        ("OBJ of a function", "(croutes\nfunction\no.", "function", null),
        ("INST of a class", "(iroutes\nPlain\n.", "Plain.__new__, Plain.__del__", null),
        ("INST of a class with arguments", "(Niroutes\nPlain\n.", "Plain.__call__ of its class, Plain.__new__, Plain.__init__, Plain.__del__", null),
        ("INST of a function", "(iroutes\nfunction\n.", "function", null),
        ("BUILD", "croutes\nStateful\n)\u0081}b.", "Stateful.__new__, Stateful.__setstate__, Stateful.__del__", null),
        ("BUILD with None", "croutes\nStateful\n)\u0081Nb.", "Stateful.__new__, Stateful.__setstate__, Stateful.__del__", null),
        ("BUILD of a copy on the stack", "croutes\nStateful\n)\u00812}b0.", "Stateful.__new__, Stateful.__setstate__, Stateful.__del__", null),
        ("BUILD with attributes", "croutes\nAttributes\n)\u0081}U\u0001xNsb.", "Attributes.__new__, Attributes.__del__", null),
        ("BUILD with attributes of slots", "croutes\nAttributes\n)\u0081N}U\u0001xNs\u0086b.", "Attributes.__new__, Attributes.__setattr__, Attributes.__del__", null),
        ("BUILD with the name of a property", "croutes\nProperties\n)\u0081}U\u0005shownNsb.", "Properties.__new__, Properties.__del__", null),
        ("BUILD with a property of slots", "croutes\nProperties\n)\u0081N}U\u0005shownNs\u0086b.", "Properties.__new__, Properties.shown, Properties.__del__", null),
        ("BUILD with slots", "croutes\nSlots\n)\u0081N}U\u0004keptNs\u0086b.", "Slots.__new__, Slots.__del__", null),
        ("BUILD with a descriptor of slots", "croutes\nDescribed\n)\u0081N}U\u0004keptNs\u0086b.", "Described.__new__, Described.kept, Described.__del__", null),
        ("BUILD of what answers for its attributes", "croutes\nAsked\n)\u0081}U\u0001xNsb.", "Asked.__new__, Asked.__getattr__, Asked.__del__", null),
        ("APPEND", "croutes\nGrown\n)\u0081Na.", "Grown.__new__, Grown.extend, Grown.__del__", "Grown.__new__, Grown.append, Grown.__del__"),
        ("APPENDS", "croutes\nGrown\n)\u0081(Ne.", "Grown.__new__, Grown.extend, Grown.__del__", null),
        ("APPENDS to what cannot be extended", "croutes\nAppended\n)\u0081(Ne.", "Appended.__new__, Appended.append, Appended.__del__", null),
        ("SETITEM", "croutes\nGrown\n)\u0081NNs.", "Grown.__new__, Grown.__setitem__, Grown.__del__", null),
        ("SETITEMS", "croutes\nGrown\n)\u0081(NNu.", "Grown.__new__, Grown.__setitem__, Grown.__del__", null),
        ("ADDITEMS", "\u0080\u0004croutes\nGrown\n)\u0081(N\u0090.", "Grown.__new__, Grown.add, Grown.__del__", null),
        ("DICT with a key", "(croutes\nKey\n)\u0081Nd.", "Key.__new__, Key.__hash__, Key.__del__", null),
        ("SETITEM with a key", "}croutes\nKey\n)\u0081Ns.", "Key.__new__, Key.__hash__, Key.__del__", null),
        ("SETITEMS with keys of one hash", "}(croutes\nKey\n)\u0081NK\u0007Nu.", "Key.__new__, Key.__hash__, Key.__eq__, Key.__del__", null),
        ("SETITEM with a tuple that holds a key", "}croutes\nKey\n)\u0081\u0085Ns.", "Key.__new__, Key.__hash__, Key.__del__", null),
        ("FROZENSET", "\u0080\u0004(croutes\nKey\n)\u0081\u0091.", "Key.__new__, Key.__hash__, Key.__del__", null),
        ("ADDITEMS to a set", "\u0080\u0004\u008f(croutes\nKey\n)\u0081\u0090.", "Key.__new__, Key.__hash__, Key.__del__", null),
        ("EXT1", "\u0082\u0007)R.", "function", null),
        ("EXT2", "\u0083\u0007\0)R.", "function", null),
        ("EXT4", "\u0084\u0007\0\0\0)R.", "function", null),
        ("PERSID", "Px\n.", "persistent_load", null),
        ("BINPERSID", "NQ.", "persistent_load", null),
        ("POP", "croutes\nPlain\n)\u00810N.", "Plain.__new__, Plain.__del__", null),
        ("POP_MARK", "(croutes\nPlain\n)\u00811N.", "Plain.__new__, Plain.__del__", null),
    ];

    /// <summary>What a row enters of a class or function that the stream names.</summary>
    public static TheoryData<string, string> Ways
    {
        get
        {
            TheoryData<string, string> ways = [];
            foreach ((string name, _, string enters, string? inPython) in s_table)
            {
                // What a persistent id comes to is the loading program's.
                foreach (string way in enters.Split(", ").Union(inPython?.Split(", ") ?? []).Where(w => w is not "persistent_load"))
                {
                    ways.Add(name, way);
                }
            }

            return ways;
        }
    }

    /// <summary>The rows whose stream enters a class that the stream names; to call an object is odd whatever its class.</summary>
    public static TheoryData<string> Classes => [.. s_table.Where(r => r.Enters.Contains('.', StringComparison.Ordinal) && !r.Enters.Contains("Called", StringComparison.Ordinal)).Select(r => r.Name)];

    [Fact]
    public void TheTableIsWhatTheUnpicklersDo()
    {
        Assert.SkipUnless(File.Exists(Python), "Debian's python3 is not installed.");
        using Process process = Process.Start(new ProcessStartInfo(Python, ["-I", Path.Combine(Repository.Root, "tests/Assay.Tests/Oracle/routes.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        foreach ((string name, string stream, string enters, string? inPython) in s_table)
        {
            process.StandardInput.WriteLine(Convert.ToHexString(Bytes(stream)));
            process.StandardInput.Flush();
            JsonElement answer = JsonDocument.Parse(process.StandardOutput.ReadLine()!).RootElement;

            // ADDITEMS of the C unpickler leaves a reference behind, so the object never goes.
            Assert.StartsWith(Text(answer, "c"), $"{name}: {enters}"[(name.Length + 2)..], StringComparison.Ordinal);
            Assert.Equal((name, inPython ?? enters), (name, Text(answer, "python")));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void WhatIsKnownOfTheWayIsJudged(string name, string way)
    {
        byte[] stream = Bytes(Assert.Single(s_table, r => r.Name == name).Stream);
        TargetReport report = Assert.Single(Scans.Run(Scans.Options with { Rules = Knowing(way) }, Scans.Input(stream)).Targets);
        Assert.True(report.Verdict is Verdict.Malicious or Verdict.Suspicious, $"{way} is entered by {name}, and nothing is said.");
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void WhereNothingIsKnownToDoHarmNothingIsSaid(string name)
    {
        (_, string stream, string enters, _) = Assert.Single(s_table, r => r.Name == name);
        RuleSet rules = RuleSet.With([("routes.yaml", $"effects:\n- {{set: plain, reason: it only stands there, kind: class, names: {{routes: [{enters.Split('.')[0]}]}}}}\n")]);
        Assert.Equal(Verdict.Passed, Assert.Single(Scans.Run(Scans.Options with { Rules = rules }, Scans.Input(Bytes(stream))).Targets).Verdict);
    }

    /// <summary>The rules, with nothing known of the module but that what is entered starts a program.</summary>
    private static RuleSet Knowing(string way)
    {
        string owner = way.Split('.')[0];
        string method = way.Contains('.', StringComparison.Ordinal) ? way.Split('.')[1] : "";
        string harmless = $"effects:\n- {{set: plain, reason: it only stands there, kind: class, names: {{routes: [{(method is "" or "__new__" or "__init__" or "__call__ of its class" ? "Other" : owner)}]}}}}\n";
        string harm = method switch
        {
            "" => $"- {{set: harm, reason: it starts a program, call: process always, imported: none, names: {{routes: [{owner}]}}}}\n",
            "__new__" => $"- {{set: harm, reason: it starts a program, kind: class, call: process always, new: same, imported: none, names: {{routes: [{owner}]}}}}\n",
            "__init__" or "__call__ of its class" => $"- {{set: harm, reason: it starts a program, kind: class, call: process always, imported: none, names: {{routes: [{owner}]}}}}\n",
            _ => $"- {{set: harm, reason: it starts a program, call: process always, imported: none, names: {{routes: [{owner}.{method}]}}}}\n",
        };
        return RuleSet.With([("routes.yaml", harmless + harm)]);
    }

    private static byte[] Bytes(string stream) => [0x80, 2, .. Encoding.Latin1.GetBytes(stream)];

    private static string Text(JsonElement answer, string unpickler) => string.Join(", ", answer.GetProperty(unpickler).EnumerateArray().Select(e => e.GetString()));
}
