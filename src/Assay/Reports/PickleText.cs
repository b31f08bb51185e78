// A disassembly of pickles as text.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Reports;

/// <summary>Writes a disassembly: offset, stack depth, opcode, argument, and what is known about it.</summary>
public static class PickleText
{
    /// <summary>Writes <paramref name="lines"/>.</summary>
    public static void Write(IEnumerable<PickleListingLine> lines, TextWriter writer)
    {
        writer.Write("    offset  depth  opcode            argument\n");
        foreach (PickleListingLine line in lines)
        {
            string note = line.Note.Length > 0 ? "; " + Escape.Visible(line.Note) : "";
            string text = line.Name.Length == 0
                ? string.Create(CultureInfo.InvariantCulture, $"{line.Offset,10}         {note}")
                : string.Create(CultureInfo.InvariantCulture,
                    $"{line.Offset,10}  {line.StackDepth,5}  {Escape.Visible(line.Name),-16}  {Escape.Visible(line.Argument)}{(line.Argument.Length > 0 && note.Length > 0 ? "  " : "")}{note}");
            writer.Write(text.TrimEnd());
            writer.Write('\n');
        }
    }
}
