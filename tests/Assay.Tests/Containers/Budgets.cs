// Meters for tests of readers that need one.
using Assay.Bytes;

namespace Assay.Tests.Containers;

/// <summary>Makes meters.</summary>
internal static class Budgets
{
    public static ScanBudget Of(ScanLimits? limits = null) => new(limits ?? new ScanLimits(), TimeProvider.System, TestContext.Current.CancellationToken);
}
