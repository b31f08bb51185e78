// A name that a scope binds.
namespace Assay.Code.Scopes;

/// <summary>A name that a scope binds. All its bindings count: which one holds depends on what runs.</summary>
/// <param name="name">The name.</param>
/// <param name="scope">Where it is bound.</param>
internal sealed class Variable(string name, Scope scope)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Where it is bound.</summary>
    public Scope Scope { get; } = scope;

    /// <summary>Whether functions that declare it <c>global</c> or <c>nonlocal</c> assign it: then it may be anything.</summary>
    public bool IsAssignedElsewhere { get; set; }
}
