using System.Text.Json.Serialization;

namespace Obstat.Console.Api;

/// <summary>How the API's answers are written and read. A member that is not known, missing or doubled refuses.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ApiRefusal))]
[JsonSerializable(typeof(StateView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(DecisionsView))]
[JsonSerializable(typeof(DecisionRow))]
[JsonSerializable(typeof(EntryView))]
[JsonSerializable(typeof(HaltsView))]
[JsonSerializable(typeof(HaltPreview))]
[JsonSerializable(typeof(HaltRequest))]
[JsonSerializable(typeof(HaltDone))]
[JsonSerializable(typeof(PoliciesView))]
[JsonSerializable(typeof(ToolsView))]
[JsonSerializable(typeof(IdentitiesView))]
[JsonSerializable(typeof(ExecutionsView))]
[JsonSerializable(typeof(LineageView))]
[JsonSerializable(typeof(LedgerView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(SetupView))]
[JsonSerializable(typeof(PointDetailView))]
[JsonSerializable(typeof(LeasesView))]
[JsonSerializable(typeof(CompareView))]
[JsonSerializable(typeof(DemoView))]
[JsonSerializable(typeof(PublicStateView))]
[JsonSerializable(typeof(PublicEntriesView))]
[JsonSerializable(typeof(PublicEntryView))]
[JsonSerializable(typeof(PublicDaysView))]
[JsonSerializable(typeof(PublicPoliciesView))]
[JsonSerializable(typeof(BeatView))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(LoginDone))]
public sealed partial class ApiJson : JsonSerializerContext;
