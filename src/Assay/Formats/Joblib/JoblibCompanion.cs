// The files beside an old joblib pickle that hold its arrays.
using Assay.Artifacts;

namespace Assay.Formats.Joblib;

/// <summary>
/// A file that joblib up to 0.9 keeps beside the pickle: an <c>NDArrayWrapper</c> names a <c>.npy</c> file that is loaded with
/// <c>allow_pickle=True</c>, a <c>ZNDArrayWrapper</c> a compressed file of raw array bytes. The name comes from the pickle.
/// </summary>
/// <param name="FileName">The name as written.</param>
/// <param name="IsRaw">Whether the file holds compressed array bytes rather than a <c>.npy</c> file.</param>
internal sealed record JoblibCompanion(string FileName, bool IsRaw)
{
    /// <summary>Whether the name leads out of the pickle's own directory: joblib joins and opens it as it is.</summary>
    public bool LeadsOutside =>
        FileName.StartsWith('/') || FileName.StartsWith('\\') || (FileName.Length > 1 && FileName[1] == ':')
        || FileName.Split('/', '\\').Contains("..");

    /// <summary>
    /// The anomaly that it is: <c>joblib.companion</c>, or <c>joblib.companion-outside</c> where its name leads out of the directory. That
    /// it is not part of this input leaves the input complete: it is an input of its own.
    /// </summary>
    public string Code => LeadsOutside ? "joblib.companion-outside" : "joblib.companion";

    /// <summary>Whether joblib's unpickler opens a file after a BUILD of an instance of the class <paramref name="resolved"/>.</summary>
    public static bool IsWrapper(string resolved)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        return resolved.EndsWith(".NDArrayWrapper", StringComparison.Ordinal) || resolved.EndsWith(".ZNDArrayWrapper", StringComparison.Ordinal);
    }

    /// <summary>The companion that a wrapper of the class <paramref name="resolved"/> with <paramref name="state"/> names, or null.</summary>
    public static JoblibCompanion? FromState(string resolved, ValueShape state)
    {
        ArgumentNullException.ThrowIfNull(resolved);
        ArgumentNullException.ThrowIfNull(state);
        ValueShape dict = state is { Kind: ShapeKind.Tuple, Items.Count: 2 } ? state.Items[0] : state;
        if (!IsWrapper(resolved) || dict.Kind != ShapeKind.Dict)
        {
            return null;
        }

        JoblibCompanion? companion = null;
        for (int i = 0; i + 1 < dict.Items.Count; i += 2)
        {
            if (dict.Items[i].Text == "filename" && dict.Items[i + 1].Kind is ShapeKind.Str or ShapeKind.Bytes)
            {
                companion = new JoblibCompanion(dict.Items[i + 1].Text, resolved.EndsWith(".ZNDArrayWrapper", StringComparison.Ordinal));
            }
        }

        return companion;
    }
}
