// What is odd in the numbers of an OpenVINO model.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.OpenVino;

/// <summary>Checks the constants and the edges of an OpenVINO model.</summary>
internal static class OpenVinoChecks
{
    /// <summary>Says what is odd. The length of the file with the constants is null where it is not there; edges say nothing of a document that breaks.</summary>
    public static void Tell(OpenVinoModel model, long? weights, bool isWhole, ReadContext context)
    {
        OddityLog odd = new();
        foreach (OpenVinoConstant constant in model.Constants)
        {
            if (constant.Range is not { } range)
            {
                odd.Add("openvino.constant-broken", constant.Offset, 0, $"The constant {constant.Name} lies at no place.");
                continue;
            }

            if (weights is { } length && (range.Offset > length || range.Length > length - range.Offset))
            {
                odd.Add("openvino.constant-outside", constant.Offset, 0, Text($"The constant {constant.Name} reaches byte {range.End} of a file of {length}."));
            }

            int bits = OpenVinoTypes.BitsOf(constant.Type);
            if (bits > 0 && constant.Shape is { } shape)
            {
                ArrayExtent extent = ArrayExtent.Of(shape, 1);
                Int128 bytes = (((Int128)extent.Count * bits) + 7) / 8;
                if (extent.Error != ExtentError.None || bytes != range.Length)
                {
                    odd.Add("openvino.size-mismatch", constant.Offset, 0, Text($"The constant {constant.Name} has {range.Length} bytes and a shape that needs {bytes}."));
                }
            }
        }

        if (model.DuplicateIds.Count > 0)
        {
            odd.Add("openvino.duplicate-id", model.DuplicateIds.Offset, 0, Text($"{model.DuplicateIds.Count} layers have the number of another one."));
        }

        if (isWhole && model.BrokenEdges.Count > 0)
        {
            odd.Add("openvino.edge-broken", model.BrokenEdges.Offset, 0, Text($"{model.BrokenEdges.Count} edges lead to no layer."));
        }

        foreach (Oddity one in odd.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = one.Code, Offset = one.Offset, Length = one.Length, Detail = one.Detail, Count = one.Count });
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
