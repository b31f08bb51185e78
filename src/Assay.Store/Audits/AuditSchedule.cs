// When audits are due, and the lines by which the system runs them.
using System.Globalization;
using Cronos;

namespace Assay.Store.Audits;

/// <summary>
/// When audits are due. Expressions are those of cron, read by Cronos: small, made for being compiled ahead of time, and right about summer time. (Quartz brings a scheduler with stores and threads of
/// its own; the runs are kept in the store already.)
/// </summary>
public static class AuditSchedule
{
    /// <summary>Whether a text is an expression: five fields, or a word such as @daily.</summary>
    public static bool IsValid(string expression) => CronExpression.TryParse(expression, CronFormat.Standard, out _);

    /// <summary>When an expression is due next after a time, in the time of the machine; null for never.</summary>
    public static DateTimeOffset? Next(string expression, DateTimeOffset after) =>
        CronExpression.Parse(expression, CronFormat.Standard).GetNextOccurrence(after, TimeZoneInfo.Local);

    /// <summary>Whether an audit is due: since it was last begun, its schedule has come to a moment that is over. What was missed while nobody ran audits is made up for, once.</summary>
    /// <param name="audit">The audit.</param>
    /// <param name="since">When it was last begun, or from when on anybody runs audits.</param>
    /// <param name="now">Now.</param>
    public static bool IsDue(Audit audit, DateTimeOffset since, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(audit);
        return audit.Schedule.Length > 0 && Next(audit.Schedule, since) <= now;
    }

    /// <summary>The line for a table of cron.</summary>
    public static string CronLine(Audit audit, IReadOnlyList<string> program, string store)
    {
        ArgumentNullException.ThrowIfNull(audit);
        // A store may be somebody else's, and what is printed here goes into a table of commands.
        return $"{Line(audit.Schedule)} {string.Join(' ', program.Select(Quoted))} audit run {Quoted(audit.Name)} {Quoted("--store=" + store)} --quiet".ReplaceLineEndings(" ").Replace("%", "\\%", StringComparison.Ordinal);
    }

    /// <summary>A service and a timer of systemd, with where they go.</summary>
    public static string SystemdUnits(Audit audit, IReadOnlyList<string> program, string store)
    {
        ArgumentNullException.ThrowIfNull(audit);
        string unit = "assay-audit-" + string.Concat(audit.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        return string.Create(CultureInfo.InvariantCulture, $"""
            # ~/.config/systemd/user/{unit}.service
            [Unit]
            Description=Assay audit {Unit(audit.Name)}
            [Service]
            Type=oneshot
            ExecStart={Unit($"{string.Join(' ', program.Select(Quoted))} audit run {Quoted(audit.Name)} {Quoted("--store=" + store)} --quiet").Replace("$", "$$", StringComparison.Ordinal)}
            SuccessExitStatus=1

            # ~/.config/systemd/user/{unit}.timer
            [Unit]
            Description=Assay audit {Unit(audit.Name)}, {Line(audit.Schedule)}
            [Timer]
            {string.Join('\n', Calendars(audit.Schedule).Select(c => "OnCalendar=" + c))}
            Persistent=true
            [Install]
            WantedBy=timers.target

            # systemctl --user enable --now {unit}.timer
            """);
    }

    /// <summary>An expression of cron in the calendar of systemd, where it has one; else one a day, with the reason.</summary>
    internal static string Calendar(string expression)
    {
        string[] fields = (expression switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" or "@annually" => "0 0 1 1 *",
            _ => expression,
        }).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || fields.Any(f => f.Any(c => !char.IsAsciiDigit(c) && c is not ('*' or ',' or '-' or '/'))))
        {
            return "daily";
        }

        string[] days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        string week = fields[4] == "*" ? "" : string.Concat(fields[4].Select(c => char.IsAsciiDigit(c) ? days[c - '0'] : c == '-' ? ".." : c.ToString())) + " ";
        return $"{week}*-{Field(fields[3])}-{Field(fields[2])} {Field(fields[1])}:{Field(fields[0])}:00";
    }

    /// <summary>The calendars of an expression: where both a day of the month and one of the week are said, cron runs on either, and a calendar of systemd only where both hold.</summary>
    internal static IReadOnlyList<string> Calendars(string expression)
    {
        string[] fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 && fields[2][0] != '*' && fields[4][0] != '*'
            ? [Calendar($"{fields[0]} {fields[1]} {fields[2]} {fields[3]} *"), Calendar($"{fields[0]} {fields[1]} * {fields[3]} {fields[4]}")]
            : [Calendar(expression)];
    }

    /// <summary>A text in a unit of systemd, which takes % for a sign of its own, in one line.</summary>
    private static string Unit(string text) => Line(text).Replace("%", "%%", StringComparison.Ordinal);

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string Field(string field) => field.Replace("*/", "0/", StringComparison.Ordinal).Replace("-", "..", StringComparison.Ordinal);

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '=' or ':') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
