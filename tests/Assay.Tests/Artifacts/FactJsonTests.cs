// Facts go through JSON without loss, whatever texts they hold.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Tests.Oracle;

namespace Assay.Tests.Artifacts;

public sealed class FactJsonTests
{
    /// <summary>Tried by number, because test runners cannot hold half of a surrogate pair either.</summary>
    private static readonly string[] s_texts =
    [
        "", "plain", "\0", "a\0b", "\ud800", "\udfff", "a\udc00b", "\udc00\ud800", "\ud83d\ude00", "\ud83d\ud83d\ude00", "\ufdd0", "\ufdd0d800", "\ufdd0\ufdd0", "\ud800\ufdd0",
        "\ufffd", "\ufffe\uffff", "\u0001\u001f\u007f\u0080\u009f", "\u2028\u2029\u202e", "\"\\/<>&'+", "\ufdd0zzzz", "d800",
    ];

    public static TheoryData<int> Texts => [.. Enumerable.Range(0, s_texts.Length)];

    /// <summary>One fact of every kind, with a value in every field.</summary>
    private static IReadOnlyList<Fact> All(string text) =>
    [
        new FormatFact { Path = text, Offset = 1, Length = 2, Format = "pickle", Strength = ClaimStrength.Likely, Head = "80", Container = text, IsLoaded = true, Members = 3, Main = text },
        new CallableFact
        {
            Path = "m", Callee = text, Resolved = text, Module = text, Name = text, Use = CallableUse.Constructed, Phase = "use", Carrier = text, Count = 3, Offsets = [1, 2], ConstantsElided = true,
            Reached = false, Derivation = [text],
            Pickle = new PickleUse { Opcode = "NEWOBJ_EX", Dialects = [text], Encodings = [text], AllowedBy = [text], IsBehindPersistentId = true },
            Arguments = [new ValueShape(ShapeKind.FrozenSet, text) { Count = 4, Elided = true, Items = [new ValueShape(ShapeKind.Str, text)], State = new ValueShape(ShapeKind.None) }],
            Keywords = new ValueShape(ShapeKind.Dict) { Items = [new ValueShape(ShapeKind.Bytes, text), new ValueShape(ShapeKind.ByteArray, text)] },
        },
        new AnomalyFact { Path = "m", Code = "zip.overlap", Detail = text, Count = 2 },
        new TextFact { Path = "m", Kind = "python-source", Language = "python", Text = text, IsCut = true, Layers = [text] },
        new UnreadFact { Path = "m", Cause = UnreadCause.NotDetonated, Detail = text },
        new IndicatorFact { Path = "m", Kind = "url", Value = text },
        new BehaviourFact { Path = "m", Kind = "process-start", Source = BehaviourSource.Sandbox, Action = text, Subject = text, Arguments = [text], Phase = "use", Loader = text, Process = 2, Parent = 1, Refused = true, Count = 9, Runs = 3, SeenIn = 2 },
        new MemberFact { Path = "m", Name = text, Method = "deflate", Packed = 1, Size = 2, IsEncrypted = true, Crc = 0xFFFFFFFF },
        new TensorFact { Path = "m", Name = text, ElementType = "F32", Shape = [long.MaxValue, 0], Bytes = 5, Storage = text },
        new EntryFact { Path = "m", Source = "config", Key = text, Value = text, IsCut = true, Kind = EntryKind.Object },
        new ReferenceFact { Path = "m", Kind = "shard", Target = text, Place = ReferencePlace.Unclear, Resolved = text },
        new OperatorFact { Path = "m", Domain = text, Name = text, Count = 7, Attributes = [new OperatorAttribute(text, text)] },
        new CodeFact { Path = "m", Language = "python", Summary = text, Names = [text], Phase = "" },
    ];

    private static FactSet Set(string text) => new()
    {
        Readers = new Dictionary<string, string> { ["assay"] = text },
        Path = text,
        Size = 7,
        Sha256 = "00",
        Limits = new ScanLimits { Depth = 3, FactBytes = 99 },
        Coverage = new ByteCoverage(1, 2, 4),
        Artifacts = 2,
        Facts = All(text),
    };

    [Fact]
    public void EveryKindOfFactIsTried()
    {
        IEnumerable<Type> kinds = typeof(Fact).Assembly.GetTypes().Where(t => t is { IsAbstract: false, IsPublic: true } && t.IsAssignableTo(typeof(Fact)));
        Assert.Equal(kinds.OrderBy(t => t.Name), All("").Select(f => f.GetType()).OrderBy(t => t.Name));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void ASetOfFactsComesBackAsItWas(int number)
    {
        string text = s_texts[number];
        byte[] once = FactJson.Write(Set(text));
        FactSet read = FactJson.Read(once);
        Assert.Equivalent(Set(text), read, strict: true);
        Assert.Equal(once, FactJson.Write(read));

        // The text itself, character by character: an equivalence could compare what both lost.
        Assert.Equal(text.ToCharArray(), ((TextFact)read.Facts[3]).Text.ToCharArray());
        Assert.Equal(text.ToCharArray(), ((CallableFact)read.Facts[1]).Arguments[0].Items[0].Text.ToCharArray());
    }

    [Fact]
    public void AnyTextHasOneWrittenFormThatUtf8CanHold()
    {
        OracleRandom random = new(7);
        char[] alphabet = ['a', '0', 'd', '8', '\ufdd0', '\ud800', '\udbff', '\udc00', '\udfff', '\0'];
        HashSet<string> written = [];
        HashSet<string> texts = [];
        for (int i = 0; i < 20_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Below(9)).Select(_ => alphabet[random.Below(alphabet.Length)])]);
            string form = LosslessTextConverter.Escape(text);
            Assert.Equal(text, LosslessTextConverter.Unescape(form));
            _ = new UTF8Encoding(false, true).GetBytes(form);
            Assert.Equal(texts.Add(text), written.Add(form));
        }
    }

    [Theory]
    [InlineData("\ufdd0")]
    [InlineData("\ufdd0d80")]
    [InlineData("\ufdd0D800")]
    [InlineData("\ufdd00061")]
    [InlineData("\ufdd0d83d\ufdd0de00")]
    [InlineData("\ufdd0 d80")]
    public void AnotherFormOfATextIsRefused(string written) => Assert.Throws<JsonException>(() => LosslessTextConverter.Unescape(written));

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"schema\":\"assay.facts/999\",\"path\":\"x\"}")]
    [InlineData("{\"path\":\"x\",\"facts\":[{\"fact\":\"rumour\",\"path\":\"x\"}]}")]
    [InlineData("{\"path\":\"x\",\"facts\":[{\"path\":\"x\"}]}")]
    [InlineData("{\"path\":\"x\",\"facts\":[null]}")]
    [InlineData("{\"path\":\"\\ud800\"}")]
    [InlineData("{\"path\":\"x\",\"facts\":[{\"fact\":\"unread\",\"path\":\"x\",\"cause\":3}]}")]
    public void WhatIsNoSetOfFactsIsRefused(string json) => Assert.Throws<JsonException>(() => FactJson.Read(Encoding.UTF8.GetBytes(json)));
}
