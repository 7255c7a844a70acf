using Obstat.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Obstat.Server.Telemetry;

/// <summary>Sends metrics and spans by OTLP to <c>telemetry.otlp</c>, where it is set. What the collector does not take is dropped after its queue is full: no decision waits for it.</summary>
internal sealed class Exports : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly MeterProvider _meters;
    private readonly TracerProvider _spans;

    private Exports(MeterProvider meters, TracerProvider spans) => (_meters, _spans) = (meters, spans);

    /// <summary>Begins to send; null where nothing says where to.</summary>
    public static Exports? Start(InstallationSettings settings)
    {
        if (settings.Otlp is not { } endpoint)
        {
            return null;
        }

        var resource = ResourceBuilder.CreateEmpty().AddService("obstat-plane", "obstat", serviceInstanceId: settings.Tenant);
        return new Exports(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(GateMeter.Name)
                .AddOtlpExporter((otlp, reader) =>
                {
                    (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(endpoint, "v1/metrics"));
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)Every.TotalMilliseconds;
                })
                .Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(GateMeter.Name)
                .AddOtlpExporter(otlp => (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(endpoint, "v1/traces")))
                .Build());
    }

    public void Dispose()
    {
        _meters.Dispose();
        _spans.Dispose();
    }
}
