using Obstat.Server.Api;
using Obstat.Server.Keys;
using Obstat.Server.Leases;
using Obstat.Server.Ledgers;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Server.Telemetry;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Faces;

/// <summary>What faces are told about: the parts of one running plane. They ask them, and change nothing but by the operations that operators have.</summary>
internal sealed record FaceSources(
    InstallationSettings Settings, Ledger Ledger, Vault Vault, Snapshots Snapshots, PlaneKeys Keys, WorkingKeys Working, LiveBoots Boots, LeaseDesk Leases, StopDesk Stops, PointWatch Watch, GateMeter Meter, AskQueue Queue, Exporter Exporter, TimeProvider Clock,
    DateTimeOffset Started);
