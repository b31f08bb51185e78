// The one text that distributions of SciPy keep in their state and execute.
using System.Text.RegularExpressions;

namespace Assay.Detection.Capacity;

/// <summary>
/// What SciPy writes under <c>_parse_arg_template</c> and executes when a distribution is unpickled: three functions that hand their arguments on. Anything else there is code of somebody else.
/// Specification: <c>parse_arg_template</c> in <c>scipy/stats/_distn_infrastructure.py</c>.
/// </summary>
internal static partial class DistributionTemplate
{
    /// <summary>Whether a text is nothing but these functions.</summary>
    public static bool IsPlain(string text) => Plain().IsMatch(text);

    // Names, numbers and commas in the heads; a tuple of names, or a check of them, in the bodies.
    [GeneratedRegex(@"^(?:\s*def _parse_args(?:_rvs|_stats)?\(self,?[\w ,=.+'-]*\):\s*\n\s+return (?:self\._argcheck_rvs\()?[\w ,.=()-]*)+\s*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
