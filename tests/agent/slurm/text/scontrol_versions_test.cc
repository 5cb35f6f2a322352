// The same small cluster as four versions of Slurm tell it: n1 works and has four a100, n2 is
// drained and has no GPU, n3 is in a maintenance that has begun, four cores of n4 are reserved. The
// lines of 22.05 were recorded; those of later versions follow the order in which these print their
// fields. The means are the same.

#include <string>
#include <vector>

#include "agent/slurm/means.h"
#include "agent/slurm/text/scontrol_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mesolys::agent {
namespace {

struct Version {
  const char* name;
  std::vector<const char*> partitions;
  std::vector<const char*> reservations;
  std::vector<const char*> nodes;
};

const std::vector<Version> kVersions = {
    {"22.05",
     {"PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL "
      "Default=YES "
      "QoS=N/A DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO "
      "MaxNodes=UNLIMITED MaxTime=7-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "Nodes=n[1-4] PriorityJobFactor=1 PriorityTier=10 RootOnly=NO ReqResv=NO OverSubscribe=NO "
      "OverTimeLimit=NONE PreemptMode=OFF State=UP TotalCPUs=128 TotalNodes=4 "
      "SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=1000 MaxMemPerNode=UNLIMITED "
      "TRES=cpu=128,mem=250G,node=4,billing=128,gres/gpu=4,gres/gpu:a100=4"},
     {"ReservationName=m StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n3 "
      "NodeCnt=1 CoreCnt=32 Features=(null) PartitionName=(null) Flags=MAINT,SPEC_NODES "
      "TRES=cpu=32 "
      "Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE BurstBuffer=(null) "
      "Watts=n/a MaxStartDelay=(null)",
      "ReservationName=half StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n4 "
      "NodeCnt=1 CoreCnt=4 Features=(null) PartitionName=main Flags=   NodeName=n4 CoreIDs=8-11 "
      "TRES=cpu=4 Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE "
      "BurstBuffer=(null) Watts=n/a MaxStartDelay=(null)"},
     {"NodeName=n1 Arch=x86_64 CoresPerSocket=1  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=6.91 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:a100:4 NodeAddr=127.0.0.1 "
      "NodeHostName=localhost Port=29566 Version=22.05.8 OS=Linux 6.1.0-18-amd64 #1 SMP Debian 6.1 "
      "RealMemory=64000 AllocMem=0 FreeMem=19504 Sockets=32 Boards=1 State=IDLE ThreadsPerCore=1 "
      "TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=main  BootTime=1795738913 "
      "SlurmdStartTime=1795739467 LastBusyTime=1795739468 "
      "CfgTRES=cpu=32,mem=62.50G,billing=32,gres/gpu=4,gres/gpu:a100=4 AllocTRES= CapWatts=n/a "
      "CurrentWatts=0 AveWatts=0 ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s",
      "NodeName=n2 Arch=x86_64 CoresPerSocket=1  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=6.91 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=127.0.0.1 "
      "NodeHostName=localhost Version=22.05.8 OS=Linux 6.1.0-18-amd64 #1 SMP Debian 6.1 "
      "RealMemory=64000 AllocMem=0 FreeMem=19504 Sockets=32 Boards=1 State=IDLE+DRAIN "
      "ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=main  "
      "BootTime=1795738913 SlurmdStartTime=1795739467 LastBusyTime=1795739468 "
      "CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CapWatts=n/a CurrentWatts=0 AveWatts=0 "
      "ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s Reason=bad NodeName=x State=IDLE "
      "[root@1795739468]",
      "NodeName=n3 Arch=x86_64 CoresPerSocket=1  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=7.17 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=127.0.0.1 "
      "NodeHostName=localhost Version=22.05.8 OS=Linux 6.1.0-18-amd64 #1 SMP Debian 6.1 "
      "RealMemory=64000 AllocMem=0 FreeMem=19923 Sockets=32 Boards=1 "
      "State=IDLE+MAINTENANCE+RESERVED ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A "
      "Partitions=main  BootTime=1795738912 SlurmdStartTime=1795739467 LastBusyTime=1795739467 "
      "CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CapWatts=n/a CurrentWatts=0 AveWatts=0 "
      "ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s",
      "NodeName=n4 Arch=x86_64 CoresPerSocket=1  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=7.17 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=127.0.0.1 "
      "NodeHostName=localhost Version=22.05.8 OS=Linux 6.1.0-18-amd64 #1 SMP Debian 6.1 "
      "RealMemory=64000 AllocMem=0 FreeMem=19923 Sockets=32 Boards=1 State=IDLE+RESERVED "
      "ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=main  "
      "BootTime=1795738912 SlurmdStartTime=1795739467 LastBusyTime=1795739467 "
      "CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CapWatts=n/a CurrentWatts=0 AveWatts=0 "
      "ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s"}},
    {"23.11",
     {"PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL "
      "Default=YES "
      "QoS=N/A DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO "
      "GraceTime=0 "
      "Hidden=NO MaxNodes=UNLIMITED MaxTime=7-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "MaxCPUsPerSocket=UNLIMITED NodeSets=all Nodes=n[1-4] PriorityJobFactor=1 PriorityTier=10 "
      "RootOnly=NO ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP "
      "TotalCPUs=128 TotalNodes=4 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=1000 "
      "MaxMemPerNode=UNLIMITED TRES=cpu=128,mem=250G,node=4,billing=128,gres/gpu=4"},
     {"ReservationName=m StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n3 "
      "NodeCnt=1 CoreCnt=32 Features=(null) PartitionName=(null) Flags=MAINT,SPEC_NODES "
      "TRES=cpu=32 "
      "Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE BurstBuffer=(null) "
      "MaxStartDelay=(null)",
      "ReservationName=half StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n4 "
      "NodeCnt=1 CoreCnt=4 Features=(null) PartitionName=main Flags=   NodeName=n4 CoreIDs=8-11 "
      "TRES=cpu=4 Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE "
      "BurstBuffer=(null) MaxStartDelay=(null)"},
     {"NodeName=n1 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:a100:4(S:0-1) NodeAddr=n1 "
      "NodeHostName=n1 Version=23.11.4 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 "
      "FreeMem=60000 Sockets=2 Boards=1 State=IDLE ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A "
      "MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None "
      "CfgTRES=cpu=32,mem=62.50G,billing=32,gres/gpu=4 "
      "AllocTRES= CapWatts=n/a CurrentWatts=0 AveWatts=0 ExtSensorsJoules=n/a ExtSensorsWatts=0 "
      "ExtSensorsTemp=n/a",
      "NodeName=n2 Arch=x86_64 CoresPerSocket=16  CPUAlloc=4 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n2 NodeHostName=n2 "
      "Version=23.11.4 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=MIXED+DRAIN ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A "
      "Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 LastBusyTime=1795739468 "
      "ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES=cpu=4 CapWatts=n/a "
      "CurrentWatts=0 AveWatts=0 Reason=disk [root@1795739468] Comment=State=IDLE Extra=x=y",
      "NodeName=n3 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n3 NodeHostName=n3 "
      "RealMemory=64000 AllocMem=0 FreeMem=N/A Sockets=2 Boards=1 "
      "State=DOWN+DRAIN+MAINTENANCE+RESERVED+NOT_RESPONDING ThreadsPerCore=1 TmpDisk=0 Weight=1 "
      "Owner=N/A MCS_label=N/A Partitions=main  BootTime=None SlurmdStartTime=None "
      "LastBusyTime=1795739468 ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 "
      "AllocTRES= "
      "CapWatts=n/a CurrentWatts=0 AveWatts=0 Reason=Not responding [slurm@1795739468] "
      "ReservationName=m",
      "NodeName=n4 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n4 NodeHostName=n4 "
      "Version=23.11.4 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+RESERVED+PLANNED ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A "
      "MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 "
      "AllocTRES= "
      "CapWatts=n/a CurrentWatts=0 AveWatts=0 ReservationName=half"}},
    {"24.11",
     {"PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL "
      "Default=YES "
      "QoS=N/A DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO "
      "GraceTime=0 "
      "Hidden=NO MaxNodes=UNLIMITED MaxTime=7-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "MaxCPUsPerSocket=UNLIMITED Nodes=n[1-4] PriorityJobFactor=1 PriorityTier=10 RootOnly=NO "
      "ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP TotalCPUs=128 "
      "TotalNodes=4 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=1000 "
      "MaxMemPerNode=UNLIMITED TRES=cpu=128,mem=250G,node=4,billing=128,gres/gpu=4"},
     {"ReservationName=m StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n3 "
      "NodeCnt=1 CoreCnt=32 Features=(null) PartitionName=(null) Flags=MAINT,SPEC_NODES "
      "TRES=cpu=32 "
      "Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE BurstBuffer=(null) "
      "MaxStartDelay=(null) Comment=power State=INACTIVE",
      "ReservationName=half StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n4 "
      "NodeCnt=1 CoreCnt=4 Features=(null) PartitionName=main Flags=SPEC_NODES   NodeName=n4 "
      "CoreIDs=8-11 TRES=cpu=4 Users=root Groups=(null) Accounts=(null) Licenses=(null) "
      "State=ACTIVE "
      "BurstBuffer=(null) MaxStartDelay=(null)"},
     {"NodeName=n1 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=34 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:a100:4(S:0,1),shard:a100:16(S:0,1) "
      "NodeAddr=n1 NodeHostName=n1 Version=24.11.1 OS=Linux 5.15.0 #1 SMP RealMemory=64000 "
      "AllocMem=0 FreeMem=60000 Sockets=2 Boards=1 CoreSpecCount=2 CPUSpecList=32-33  State=IDLE "
      "ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A Partitions=main  "
      "BootTime=1795738913 SlurmdStartTime=1795739467 LastBusyTime=1795739468 ResumeAfterTime=None "
      "CfgTRES=cpu=32,mem=62.50G,billing=32,gres/gpu=4 AllocTRES= CurrentWatts=0 AveWatts=0",
      "NodeName=n2 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n2 NodeHostName=n2 "
      "Version=24.11.1 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+DRAIN+REBOOT_REQUESTED ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A "
      "MCS_label=N/A NextState=RESUME Partitions=main  BootTime=1795738913 "
      "SlurmdStartTime=1795739467 LastBusyTime=1795739468 ResumeAfterTime=None "
      "CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CurrentWatts=0 AveWatts=0 Reason=Reboot "
      "ASAP "
      "[root@1795739468]",
      "NodeName=n3 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n3 NodeHostName=n3 "
      "Version=24.11.1 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+MAINTENANCE+RESERVED ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A "
      "MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 "
      "AllocTRES= "
      "CurrentWatts=0 AveWatts=0 ReservationName=m",
      "NodeName=n4 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n4 NodeHostName=n4 "
      "Version=24.11.1 OS=Linux 5.15.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+RESERVED ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A "
      "Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 LastBusyTime=1795739468 "
      "ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CurrentWatts=0 "
      "AveWatts=0 ReservationName=half"}},
    {"25.05",
     {"PartitionName=main AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL "
      "Default=YES "
      "QoS=N/A DefaultTime=01:00:00 DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO "
      "GraceTime=0 "
      "Hidden=NO MaxNodes=UNLIMITED MaxTime=7-00:00:00 MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED "
      "MaxCPUsPerSocket=UNLIMITED Nodes=n[1-4] PriorityJobFactor=1 PriorityTier=10 RootOnly=NO "
      "ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP Topology=default "
      "TotalCPUs=128 TotalNodes=4 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=1000 "
      "MaxMemPerNode=UNLIMITED TRES=cpu=128,mem=250G,node=4,billing=128,gres/gpu=4"},
     {"ReservationName=m StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n3 "
      "NodeCnt=1 CoreCnt=32 Features=(null) PartitionName=(null) Flags=MAINT,SPEC_NODES "
      "TRES=cpu=32 "
      "Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE BurstBuffer=(null) "
      "MaxStartDelay=(null)",
      "ReservationName=half StartTime=1795739468 EndTime=1795743068 Duration=01:00:00 Nodes=n4 "
      "NodeCnt=1 CoreCnt=4 Features=(null) PartitionName=main Flags=SPEC_NODES   NodeName=n4 "
      "CoreIDs=8-11 TRES=cpu=4 Users=root Groups=(null) Accounts=(null) QOS=(null) Licenses=(null) "
      "State=ACTIVE BurstBuffer=(null) MaxStartDelay=(null)"},
     {"NodeName=n1 Arch=x86_64 CpuBind=cores CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 "
      "CPULoad=0.02 AvailableFeatures=(null) ActiveFeatures=(null) Gres=gpu:a100:4(S:0-1) "
      "GresDrain=N/A GresUsed=gpu:a100:0(IDX:N/A) NodeAddr=n1 NodeHostName=n1 Version=25.05.1 "
      "OS=Linux 6.8.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 Boards=1 "
      "RestrictedCoresPerGPU=2(gpu:a100)  State=IDLE+BLOCKED ThreadsPerCore=1 TmpDisk=0 Weight=1 "
      "Owner=N/A MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None "
      "CfgTRES=cpu=32,mem=62.50G,billing=32,gres/gpu=4 "
      "AllocTRES= CurrentWatts=0 AveWatts=0 Topology=default:s1",
      "NodeName=n2 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n2 NodeHostName=n2 "
      "Version=25.05.1 OS=Linux 6.8.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+DRAIN ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A "
      "Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 LastBusyTime=1795739468 "
      "ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 AllocTRES= CurrentWatts=0 "
      "AveWatts=0 Reason=disk [root@1795739468] InstanceId=i InstanceType=t Topology=default:s1",
      "NodeName=n3 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n3 NodeHostName=n3 "
      "Version=25.05.1 OS=Linux 6.8.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=DOWN+MAINTENANCE+RESERVED+POWERED_DOWN ThreadsPerCore=1 TmpDisk=0 Weight=1 "
      "Owner=N/A MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 "
      "AllocTRES= "
      "CurrentWatts=0 AveWatts=0 ReservationName=m",
      "NodeName=n4 Arch=x86_64 CoresPerSocket=16  CPUAlloc=0 CPUEfctv=32 CPUTot=32 CPULoad=0.02 "
      "AvailableFeatures=(null) ActiveFeatures=(null) Gres=(null) NodeAddr=n4 NodeHostName=n4 "
      "Version=25.05.1 OS=Linux 6.8.0 #1 SMP RealMemory=64000 AllocMem=0 FreeMem=60000 Sockets=2 "
      "Boards=1 State=IDLE+RESERVED+DYNAMIC_NORM ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A "
      "MCS_label=N/A Partitions=main  BootTime=1795738913 SlurmdStartTime=1795739467 "
      "LastBusyTime=1795739468 ResumeAfterTime=None CfgTRES=cpu=32,mem=62.50G,billing=32 "
      "AllocTRES= "
      "CurrentWatts=0 AveWatts=0 ReservationName=half"}},
};

template <typename Item>
std::vector<Item> Read(const char* version, const std::vector<const char*>& lines,
                       absl::StatusOr<Item> (*parse)(absl::string_view)) {
  std::vector<Item> items;
  for (const char* line : lines) {
    absl::StatusOr<Item> item = parse(line);
    EXPECT_TRUE(item.ok()) << version << ": " << line << ": " << item.status();
    if (item.ok()) items.push_back(*std::move(item));
  }
  return items;
}

TEST(ScontrolVersionsTest, SayTheSameOfTheSameCluster) {
  for (const Version& version : kVersions) {
    Means means;
    AddMeans({Read(version.name, version.nodes, ParseScontrolNode),
              Read(version.name, version.partitions, ParseScontrolPartition),
              Read(version.name, version.reservations, ParseScontrolReservation)},
             {}, means);
    EXPECT_EQ(means["cpu"], (ResourceMeans{{2, 0, 1, 1, 0}, {60, 0, 32, 32, 4}})) << version.name;
    EXPECT_EQ(means["gpu-a100"], (ResourceMeans{{1, 0, 0, 0, 0}, {4, 0, 0, 0, 0}})) << version.name;
    EXPECT_EQ(means.size(), 2u) << version.name;
  }
}

}  // namespace
}  // namespace mesolys::agent
