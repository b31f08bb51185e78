// A server of PostgreSQL that belongs to the tests: in a temporary folder, on a socket, and gone afterwards.
using System.Diagnostics;
using System.Globalization;
using Npgsql;

[assembly: AssemblyFixture(typeof(Assay.Store.Tests.PostgresServer))]

namespace Assay.Store.Tests;

/// <summary>A private server, started when the first test asks for it. It never runs as root, and listens on a socket in its own folder only.</summary>
public sealed class PostgresServer : IDisposable
{
    private const string Setpriv = "/usr/bin/setpriv";
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(2);
    private readonly Lock _lock = new();
    private string? _folder;
    private Process? _server;
    private string? _missing;
    private int _databases;

    /// <summary>The address of a new database; skips the test where there is no server.</summary>
    public string NewDatabase()
    {
        lock (_lock)
        {
            if (_server is null && _missing is null)
            {
                _missing = Start();
            }
        }

        Assert.SkipWhen(_missing is not null, _missing ?? "");
        string name = string.Create(CultureInfo.InvariantCulture, $"store{Interlocked.Increment(ref _databases)}");
        Run("postgres", $"CREATE DATABASE {name}");
        return Address(name);
    }

    /// <summary>Runs a statement in a database.</summary>
    public void Run(string database, string sql)
    {
        using NpgsqlConnection connection = new(Address(database));
        connection.Open();
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        if (_server is { } server)
        {
            // SIGINT is a fast and orderly stop.
            Process.Start("kill", ["-INT", server.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            server.WaitForExit();
            server.Dispose();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, true);
        }
    }

    private string Address(string database) => $"Host={_folder};Username=assay;Database={database};Pooling=false";

    /// <summary>Starts the server; what is returned says why there is none.</summary>
    private string? Start()
    {
        string? programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(v => Path.Join(v, "bin")).FirstOrDefault(b => File.Exists(Path.Join(b, "initdb")) && File.Exists(Path.Join(b, "postgres")))
            : null;
        if (programs is null)
        {
            return "PostgreSQL is not installed (package postgresql).";
        }

        if (Environment.IsPrivilegedProcess && !File.Exists(Setpriv))
        {
            return "PostgreSQL does not run as root, and setpriv, which would make root somebody else, is not installed.";
        }

        _folder = Directory.CreateTempSubdirectory("assay-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            Process.Start("chown", ["65534:65534", _folder]).WaitForExit();
        }

        string data = Path.Join(_folder, "data");
        using (Process made = Launch(Path.Join(programs, "initdb"), ["-D", data, "-U", "assay", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]))
        {
            made.WaitForExit();
            if (made.ExitCode != 0)
            {
                return "PostgreSQL could not make its folder of data here.";
            }
        }

        // Nothing of a test needs to outlive the machine: killed processes lose nothing without fsync either.
        _server = Launch(Path.Join(programs, "postgres"), ["-D", data, "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50"]);
        for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < s_longestStart; Thread.Sleep(50))
        {
            if (_server.HasExited)
            {
                return "PostgreSQL ended as soon as it was started.";
            }

            try
            {
                using NpgsqlConnection connection = new(Address("postgres"));
                connection.Open();
                return null;
            }
            catch (NpgsqlException)
            {
                // It is not there yet.
            }
        }

        return "PostgreSQL does not answer.";
    }

    private Process Launch(string program, string[] arguments)
    {
        string[] nobody = Environment.IsPrivilegedProcess ? [Setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", program] : [program];
        ProcessStartInfo start = new(nobody[0], [.. nobody[1..], .. arguments]) { WorkingDirectory = _folder!, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _folder;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
