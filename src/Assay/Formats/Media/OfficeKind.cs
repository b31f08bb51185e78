// Documents of Office and OpenDocument: zips of XML, pictures and what printers left there.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.Media;

/// <summary>
/// Documents of Office since 2007 and of OpenDocument: zips. Their members are read as what they are; binary ones that only printers, spell checkers and embedded objects know are data. Macros run where somebody opens the
/// document and allows them; a template elsewhere is fetched when it is opened. Specification: ECMA-376, OASIS OpenDocument.
/// </summary>
internal sealed class OfficeKind : IZipKind
{
    public string Id => "office-document";

    public string Name => "Document of Office";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public bool Matches(ZipDirectory directory) => ZipNames.Of(directory) is var names
        && ((names.Contains("[Content_Types].xml") && names.Any(n => n.StartsWith("word/", StringComparison.Ordinal) || n.StartsWith("xl/", StringComparison.Ordinal) || n.StartsWith("ppt/", StringComparison.Ordinal) || n.StartsWith("visio/", StringComparison.Ordinal)))
            || (names.Contains("mimetype") && (names.Contains("content.xml") || names.Contains("META-INF/container.xml"))));

    public bool HoldsData(string name) => name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".emf", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".wmf", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".wdp", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".odttf", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Thumbnails/", StringComparison.Ordinal) || name.StartsWith("docProps/", StringComparison.Ordinal);

    public void Read(ZipDirectory directory, ReadContext context)
    {
        ZipEntry? project = directory.Entries.FirstOrDefault(e => e.Name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase) || e.Name.StartsWith("Basic/", StringComparison.Ordinal) || e.Name.StartsWith("xl/macrosheets/", StringComparison.Ordinal));
        if (project is not null)
        {
            context.Anomaly("document.macros", project.Offset, 0, $"The document holds macros: {(project.Name.Length > 100 ? project.Name[..100] : project.Name)}.");
        }
    }
}
