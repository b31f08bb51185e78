// A module of Python source, as whoever analyses it hands it in.
using Assay.Python.Syntax;

namespace Assay.Code;

/// <summary>A module of Python source.</summary>
/// <param name="Name">Its dotted name; a package has the name of its folder.</param>
/// <param name="File">Where it comes from, as evidence shows it.</param>
/// <param name="IsPackage">Whether it is the <c>__init__</c> of a package: relative names begin with its own name.</param>
/// <param name="Text">The source.</param>
internal sealed record SourceModule(string Name, string File, bool IsPackage, SourceText Text);
