// Bytes that tensors lie in.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>Bytes that one or more tensors lie in.</summary>
/// <param name="Key">What the file calls them; empty where it gives no name.</param>
/// <param name="Source">Where the bytes are.</param>
/// <param name="Range">Their place in the source.</param>
/// <param name="BigEndian">Whether elements have their most significant byte first.</param>
public sealed record TensorStorage(string Key, ByteSource Source, ByteRange Range, bool BigEndian = false);
