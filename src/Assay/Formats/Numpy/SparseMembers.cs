// The arrays of a sparse matrix as scipy.sparse.save_npz writes them.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;
using Assay.Formats.States;
using Assay.Tensors;

namespace Assay.Formats.Numpy;

/// <summary>The members of what <c>scipy.sparse.save_npz</c> writes: a format, a shape, and arrays of which some are places in others.</summary>
internal sealed class SparseMembers(ZipContent zip, ScanBudget budget) : StateNode
{
    private const int LongestFormat = 64;

    /// <summary>Tells where the arrays of a sparse matrix lead outside of others.</summary>
    public static void Check(ZipDirectory directory, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Facts) || !ZipNames.Of(directory).Contains("format.npy") || directory.Stop is not null || directory.Views.Count != 1)
        {
            return;
        }

        SparseMembers members = new(ZipContent.Of(directory, new TensorSource(context.Artifact.Bytes, context, new TensorGroup("npz")), isTorch: false), context.Budget);
        if (members.Child("format") is SparseArray { Text: { } format })
        {
            StateCheck check = new(members, context.Budget);
            foreach (StateRule rule in StateRules.Of("npz." + format))
            {
                if (check.Find(rule) is { } fault)
                {
                    context.Anomaly(fault.Code, 0, 0, $"A sparse matrix of the kind {format}: {fault.Detail}.");
                }
            }
        }
    }

    public override StateNode? Child(string key)
    {
        if (zip.Open(key + ".npy", out _) is not { } member)
        {
            return null;
        }

        ByteSource file = member.Source.Slice(member.Range);
        if (!NpyTensors.IsArray(file.ReadUpTo(0, NpyHeader.Signature.Length)) || NpyHeader.TryRead(file, 0, budget.Limits.LineBytes) is not { Refused: null, Descriptor: { } descriptor, Shape: { } shape } header)
        {
            return null;
        }

        return ArrayExtent.TryDimensions(shape) is { } extents && StateLayout.OfDescriptor(descriptor) is { } layout
            ? new SparseArray(new StateArray(file, new ByteRange(header.Literal.End, file.Length - header.Literal.End), layout, extents))
            : null;
    }

    private sealed class SparseArray(StateArray array) : StateNode
    {
        public override StateArray Array => array;

        /// <summary>The text that it is, in one or four bytes a letter.</summary>
        public string Text => Encoding.ASCII.GetString(array.Bytes.ReadUpTo(array.Range.Offset, LongestFormat)).Replace("\0", "", StringComparison.Ordinal);

        public override StateNode? Child(string key) => Item(key);
    }
}
