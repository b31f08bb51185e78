// What a conversion did, in a few lines.
using Assay.Artifacts;
using Assay.Conversion;

namespace Assay.Reports;

/// <summary>Writes what a conversion did, and exactly what it left behind.</summary>
public static class ConversionText
{
    private const int FilesShown = 3;
    private const int UnsavedShown = 5;

    /// <summary>Writes the summary of the conversion of <paramref name="path"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="map">What it holds.</param>
    /// <param name="plan">What was written of it.</param>
    /// <param name="verified">Whether what was written was read again.</param>
    /// <param name="writer">Where the summary goes.</param>
    /// <param name="unsaved">What was written of the tensors that <c>state_dict()</c> does not give; null where that was not asked for.</param>
    public static void Write(string path, TensorMap map, ConversionPlan plan, bool verified, TextWriter writer, ConversionPlan? unsaved = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(writer);
        // What is lost comes first: a number of tensors says nothing of what their model needs besides.
        Left(map, writer, unsaved is not null);
        string from = $"{Escape.Visible(path)} ({map.Format})";
        if (plan.Tensors.Count == 0)
        {
            writer.Write($"{from}: there are no tensors; nothing was written.\n");
        }
        else
        {
            string to = string.Join(", ", plan.Files.Take(FilesShown).Select(f => Escape.Visible(f.FileName)));
            string more = plan.Files.Count > FilesShown ? $" and {plan.Files.Count - FilesShown} more" : "";
            string ties = plan.Ties.Count == 0 ? "" : $", {Words.Count(plan.Ties.Count, "tie")}";
            writer.Write($"{from} -> {to}{more}: {Words.Count(plan.Tensors.Count, "tensor")}, {Words.Size(plan.Bytes)}{ties}{(verified ? ", verified" : ", not verified")}\n");
        }

        if (unsaved is { Tensors.Count: > 0 })
        {
            writer.Write($"{from} -> {string.Join(", ", unsaved.Files.Take(FilesShown).Select(f => Escape.Visible(f.FileName)))}: {Words.Count(unsaved.Tensors.Count, "tensor")} that state_dict() does not give, {Words.Size(unsaved.Bytes)}\n");
        }

        foreach (PlannedTensor tensor in plan.Tensors.Where(t => t.Type != t.From.View.Type))
        {
            writer.Write($"  {Escape.Visible(tensor.Name)}: written as pairs of {tensor.Type}, because safetensors has no {tensor.From.View.Type}\n");
        }

        foreach (StoredTensor tensor in map.Tensors.Where(t => t.Packing is { SafetensorsName: null }))
        {
            writer.Write($"  {Escape.Visible(tensor.Name)}: written as bytes, because safetensors has no such type: {tensor.Packing!.Note}\n");
        }
    }

    /// <summary>Says that nothing is written, because something would be left behind.</summary>
    public static void Refusal(string path, TensorMap map, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(writer);
        Left(map, writer, withUnsaved: false);
        writer.Write($"{Escape.Visible(path)} ({map.Format}): {Words.Count(map.NotCarried.Count + map.Unsaved.Count, "thing")} would be left behind; nothing was written.\n");
    }

    /// <summary>Writes what was renamed, and what is not carried over and why.</summary>
    internal static void Left(TensorMap map, TextWriter writer, bool withUnsaved)
    {
        foreach ((string name, string path) in map.Renamed)
        {
            writer.Write($"  renamed: {Escape.Visible(path)} is called {Escape.Visible(name)}\n");
        }

        if (map.Unsaved.Count > 0 && !withUnsaved)
        {
            string more = map.Unsaved.Count > UnsavedShown ? $" and {Words.Count(map.Unsaved.Count - UnsavedShown, "more tensor")}" : "";
            writer.Write($"  not carried over: {string.Join(", ", map.Unsaved.Take(UnsavedShown).Select(t => Escape.Visible(t.Name)))}{more}: state_dict() does not give them. --unsaved writes them into a file of their own.\n");
        }

        foreach (NotCarried left in map.NotCarried)
        {
            string count = left.Count > 1 ? $" ({left.Count} times)" : "";
            writer.Write($"  not carried over: {Escape.Visible(left.Path)}: {Escape.Visible(left.What)}{count}. {left.Why}\n");
        }
    }
}
