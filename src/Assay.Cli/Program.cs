// The door: hands the arguments to the command line and returns its exit code.
using System.Runtime.InteropServices;
using Assay.Cli;

if (OperatingSystem.IsWindows() && !Console.IsOutputRedirected)
{
    Console.OutputEncoding = System.Text.Encoding.UTF8;
}

using CancellationTokenSource cancel = new();
void Stop(PosixSignalContext context)
{
    // The first signal ends the scan in good order; a second one finds the default and ends the process.
    if (!cancel.IsCancellationRequested)
    {
        context.Cancel = true;
        cancel.Cancel();
    }
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return CommandLine.Run(args, Host.System(cancel.Token));
