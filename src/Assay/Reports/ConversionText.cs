// What a conversion did, in a few lines.
using Assay.Artifacts;
using Assay.Conversion;

namespace Assay.Reports;

/// <summary>Writes what a conversion did, and exactly what it left behind.</summary>
public static class ConversionText
{
    private const int FilesShown = 3;

    /// <summary>Writes the summary of the conversion of <paramref name="path"/>.</summary>
    public static void Write(string path, TensorMap map, ConversionPlan plan, bool verified, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(writer);
        // What is lost comes first: a number of tensors says nothing of what their model needs besides.
        Left(map, writer);
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
        Left(map, writer);
        writer.Write($"{Escape.Visible(path)} ({map.Format}): {Words.Count(map.NotCarried.Count, "thing")} would be left behind; nothing was written.\n");
    }

    /// <summary>Writes what was renamed, and what is not carried over and why.</summary>
    internal static void Left(TensorMap map, TextWriter writer)
    {
        foreach ((string name, string path) in map.Renamed)
        {
            writer.Write($"  renamed: {Escape.Visible(path)} is called {Escape.Visible(name)}\n");
        }

        foreach (NotCarried left in map.NotCarried)
        {
            string count = left.Count > 1 ? $" ({left.Count} times)" : "";
            writer.Write($"  not carried over: {Escape.Visible(left.Path)}: {Escape.Visible(left.What)}{count}. {left.Why}\n");
        }
    }
}
