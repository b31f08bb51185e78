// What a file format must be able to do.
using System.Text.Json.Serialization;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>How far a format is supported.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FormatSupport>))]
public enum FormatSupport
{
    /// <summary>Everything that a loader would run is read.</summary>
    Full,

    /// <summary>The format is recognised and reported as not yet supported.</summary>
    Recognised,
}

/// <summary>What is reported of a format: a file format of its own, or a kind of model file that has the form of another.</summary>
public interface IFormatKind
{
    /// <summary>The stable id, such as <c>torch-zip</c>.</summary>
    string Id { get; }

    /// <summary>The name that the field uses, such as <c>PyTorch (zip)</c>.</summary>
    string Name { get; }

    /// <summary>How far it is supported.</summary>
    FormatSupport Support { get; }

    /// <summary>The extensions that promise this format, lower case with dot.</summary>
    IReadOnlyList<string> Extensions { get; }
}

/// <summary>A file format: it claims bytes by content and reads them into facts. A container is a format that submits.</summary>
internal interface IFormat : IFormatKind
{
    /// <summary>The kinds of model files that have this form and are recognised by what they hold; reported beside the format itself.</summary>
    IReadOnlyList<IFormatKind> Kinds => [];

    /// <summary>Whether it is asked only of bytes that no other format claims, and of no part of them.</summary>
    bool IsLastResort => false;

    /// <summary>The claim to the range, or null. A probe reads little and never throws on bytes.</summary>
    Claim? Probe(ProbeView view);

    /// <summary>
    /// Reads what was claimed: adds facts, marks what it covered, submits children. The engine has added the format's own fact. May throw
    /// <see cref="MalformedException"/> and <see cref="ScanStopException"/>: what was added before stays.
    /// </summary>
    void Read(Claim claim, ReadContext context);
}
