using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace Obstat.Calls.Bench;

/// <summary>Managed bytes that another process allocates, read from its runtime's own counter while the watch lasts.</summary>
internal sealed class Allocations : IDisposable
{
    private readonly EventPipeSession _session;
    private readonly EventPipeEventSource _source;
    private readonly Task _reading;
    private double _bytes;

    public Allocations(int process)
    {
        _session = new DiagnosticsClient(process).StartEventPipeSession(
            [new EventPipeProvider("System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" })], requestRundown: false);
        _source = new EventPipeEventSource(_session.EventStream);
        _source.Dynamic.All += one =>
        {
            if (one.EventName == "EventCounters" && one.PayloadByName("") is IDictionary<string, object> outer
                && outer["Payload"] is IDictionary<string, object> counter && (string)counter["Name"] == "alloc-rate")
            {
                _bytes += Convert.ToDouble(counter["Increment"], CultureInfo.InvariantCulture);
            }
        };
        _reading = Task.Run(_source.Process);
    }

    /// <summary>Ends the watch; what was allocated in it, to the last whole second.</summary>
    public double End()
    {
        _session.Stop();
        _reading.Wait();
        return _bytes;
    }

    public void Dispose()
    {
        _source.Dispose();
        _session.Dispose();
    }
}
