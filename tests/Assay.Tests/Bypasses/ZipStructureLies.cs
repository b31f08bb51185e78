// Data before the archive, two directories, an end record in the comment: two readers see two archives.
// https://huggingface.co/EnigmaConsultant/huntr-poc-pt-zip-differential
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class ZipStructureLies
{
    [Fact]
    public void T061_APrefixHidesNothing() =>
        Malicious("callable-command-execution", new ZipBuilder { Prefix = new byte[300] }.Add("archive/data.pkl", PayloadPickle).Build(), "model.pt");

    [Fact]
    public void T061_TheFirstOfTwoArchivesIsRead() => Malicious(
        "callable-command-execution",
        [.. new ZipBuilder().Add("archive/data.pkl", PayloadPickle).Build(), .. TorchFiles.Members(PickleOf(TorchFiles.StateDict)).Build()],
        "model.pt");

    [Fact]
    public void T061_AnArchiveInTheCommentIsRead() => Malicious(
        "callable-command-execution",
        new ZipBuilder { Comment = new ZipBuilder().Add("archive/data.pkl", PayloadPickle).Build() }.Add("archive/version", "3").Build(),
        "model.pt");

    [Fact]
    public void T061_AMemberThatNoDirectoryListsIsRead() => Malicious(
        "callable-command-execution",
        new ZipBuilder().Add(new ZipMember("archive/data.pkl", PayloadPickle) { Listed = false }).Add("archive/version", "3").Build(),
        "model.pt");
}
