// A finding that the user has accepted, with a reason and an end.
using Assay.Detection;

namespace Assay.Policies;

/// <summary>
/// Accepts a rule's findings under paths that match a glob, for a reason, until a day (inclusive; null for no end).
/// </summary>
public sealed record Waiver(string Rule, string Path, string Reason, DateOnly? Expires);

/// <summary>A finding together with the waiver that covers it.</summary>
public sealed record WaivedFinding(Finding Finding, Waiver Waiver);
