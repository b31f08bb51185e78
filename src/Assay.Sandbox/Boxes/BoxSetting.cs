// What a box pretends of the machine that it stands on.
using System.Globalization;

namespace Assay.Sandbox.Boxes;

/// <summary>What a box pretends: a payload may wait for a date or for a certain machine.</summary>
/// <param name="ShiftedDays">Days by which the clock is ahead.</param>
/// <param name="HostName">The name of the machine; empty for the usual one.</param>
internal sealed record BoxSetting(int ShiftedDays = 0, string HostName = "")
{
    /// <summary>Nothing is changed.</summary>
    public static BoxSetting Usual { get; } = new();

    /// <summary>The name of a loader with what is pretended, as reports show it.</summary>
    public string Label(string loader)
    {
        string days = ShiftedDays == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {ShiftedDays:+0;-0} days");
        return loader + days + (HostName.Length == 0 ? "" : ", host " + HostName);
    }
}
