// How the layouts that mix pickles and raw numbers get their pickles read.
using Assay.Artifacts;

namespace Assay.Formats.PyTorch;

/// <summary>Reads one pickle at a time out of a longer stream. Facts about what it would run are the stepper's business.</summary>
internal interface IPickleStepper
{
    /// <summary>
    /// Reads the pickle at <paramref name="offset"/> to its STOP. False when there is none, or when it breaks;
    /// <paramref name="end"/> is the offset after the last byte that was read either way.
    /// </summary>
    bool TryReadPickle(long offset, out long end, out ValueShape value);
}
