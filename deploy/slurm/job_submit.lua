-- Slurm's plug-in for submitted jobs (JobSubmitPlugins=lua) at a site of MésoLyS: it gives a GPU without a model its
-- model, and says at sbatch, not hours later, what hinders a job. It goes by one small file of the site's agent, asks
-- nobody, and lets everything pass where that file is absent, unreadable or old. agent/README.md says how to put it in.
-- For Lua 5.1 to 5.4. What the file says is data and never run; nothing here raises an error into slurmctld.

-- The folder of [submission] in agent.toml, as slurmctld's machine sees it.
local FOLDER = "/run/mesolys-agent"
-- An older file says nothing any more: its agent is away.
local AGE_SECONDS_MAX = 600
local FILE_BYTES_MAX = 33554432
local HEAD_BYTES = 128
local FORMAT = "1"
local unpack = unpack or table.unpack

local SENTENCES = {
  en = {
    no_project = "its account $0 belongs to no project",
    own_account = "submit it with `--account=` and the id of a project of yours: see `mesolys whoami`",
    not_a_member = "$0 is no member of $1 at $2",
    be_added = "its PI adds you: `mesolys member add $0 USER --login $1=$2`",
    no_grant = "$0 has no grant of $1 that can be spent at $2 now",
    used_up = "nothing is left of the grants of $0 of $1 at $2",
    too_long = "it asks more $0 than is left of the grants of $1 at $2: $3",
    member_ceiling = "it asks more $0 than $1 may still use of $2 at $3",
    more_hours = "ask for more hours with `mesolys request create $0`",
    raise_ceiling = "its PI raises the ceiling: `mesolys member limit $0`",
    shorter = "ask -t $0 or less, or $1",
    later = "submit it with `--begin=$0` or later, when the next grant of $1 begins, or $2",
    which_model = "it does not say which GPUs, and $0 has hours of $1",
    name_model = "name them, for example `--gpus=$0:1` or `--gres=gpu:$0:1`",
    goes_on = "the job goes on, and may wait",
  },
  fr = {
    no_project = "son compte $0 n'est celui d'aucun projet",
    own_account = "soumettez-le avec `--account=` et l'identifiant d'un de vos projets : voyez `mesolys whoami`",
    not_a_member = "$0 n'est pas membre de $1 sur $2",
    be_added = "son porteur vous ajoute : `mesolys member add $0 USER --login $1=$2`",
    no_grant = "$0 n'a pas d'attribution de $1 à dépenser en ce moment sur $2",
    used_up = "il ne reste rien des attributions de $0 de $1 sur $2",
    too_long = "il demande plus de $0 qu'il n'en reste dans les attributions de $1 sur $2 : $3",
    member_ceiling = "il demande plus de $0 que $1 ne peut encore en consommer dans $2 sur $3",
    more_hours = "demandez davantage d'heures avec `mesolys request create $0`",
    raise_ceiling = "son porteur relève le plafond : `mesolys member limit $0`",
    shorter = "demandez -t $0 ou moins, ou $1",
    later = "soumettez-le avec `--begin=$0` ou plus tard, quand commence la prochaine attribution de $1, ou $2",
    which_model = "il ne dit pas quels GPU, et $0 a des heures de $1",
    name_model = "nommez-les, par exemple `--gpus=$0:1` ou `--gres=gpu:$0:1`",
    goes_on = "le job suit son cours, et peut attendre",
  },
}

-- The file of the agent -----------------------------------------------------------------------------------------------

-- What each line may say, by its first word. What a name may hold is what the agent writes.
local NAME = "([%w_.@+-]+)"
local LINES = {
  { "^site " .. NAME .. "$", function(facts, name) facts.site = name end },
  { "^mode (%l+)$", function(facts, mode) facts.mode = mode end },
  { "^language (%l%l)$", function(facts, language) facts.language = language end },
  { "^gpu_model " .. NAME .. "$", function(facts, model) facts.model = model end },
  { "^gpu_name " .. NAME .. " " .. NAME .. " (%d+) (%d+)$", function(facts, name, resource, parts, whole)
    facts.gpu_names[name] = { resource = resource, share = tonumber(parts) / tonumber(whole) }
  end },
  { "^gpu_jobs_pay_no_cpu$", function(facts) facts.gpu_jobs_pay_no_cpu = true end },
  { "^free " .. NAME .. "$", function(facts, account) facts.free[account] = true end },
  { "^partition " .. NAME .. " ?(%S*)$", function(facts, name, models)
    facts.partitions[name] = {}
    for model in models:gmatch("[^,]+") do facts.partitions[name][model] = true end
  end },
  { "^project " .. NAME .. " (%l+)$", function(facts, id, access)
    facts.projects[id] = { id = id, is_closed = access ~= "open", members = {}, left = {}, ceilings = {} }
  end },
  { "^next " .. NAME .. " (%d+)$", function(facts, id, time) facts.projects[id].next = tonumber(time) end },
  { "^member " .. NAME .. " " .. NAME .. "$", function(facts, id, login)
    facts.projects[id].members[login] = true
  end },
  { "^left " .. NAME .. " " .. NAME .. " (%d+)$", function(facts, id, resource, seconds)
    facts.projects[id].left[resource] = tonumber(seconds)
  end },
  { "^left " .. NAME .. " " .. NAME .. " unknown$", function(facts, id, resource)
    facts.projects[id].left[resource] = math.huge
  end },
  { "^ceiling " .. NAME .. " " .. NAME .. " " .. NAME .. " (%d+)$", function(facts, id, login, resource, seconds)
    local ceilings = facts.projects[id].ceilings
    ceilings[login] = ceilings[login] or {}
    ceilings[login][resource] = tonumber(seconds)
  end },
}
local LINES_OF = {}
for _, line in ipairs(LINES) do
  local word = line[1]:match("^%^([%l_]+)")
  LINES_OF[word] = LINES_OF[word] or {}
  table.insert(LINES_OF[word], line)
end

local function take_line(facts, line)
  for _, known in ipairs(LINES_OF[line:match("^[%l_]+")] or {}) do
    local found = { line:match(known[1]) }
    if found[1] then
      known[2](facts, unpack(found))
      return true
    end
  end
  return false
end

-- The time in the first line: "mesolys-submission 1 1795739470 9f86d081884c7d65".
local function time_of(first)
  local format, time = (first or ""):match("^mesolys%-submission (%d+) (%d+) %x+$")
  return format == FORMAT and #time <= 12 and tonumber(time) or nil
end

local function take_lines(facts, text)
  for line in text:gmatch("([^\n]*)\n") do
    if not take_line(facts, line) then error("it has a line that no agent writes: " .. line:sub(1, 64)) end
  end
end

-- The place of the first line after `place` that begins with a word.
local function place_of(text, place, ...)
  for _, word in ipairs({ ... }) do
    local found = text:find("\n" .. word .. " ", place, true)
    if found then return found end
  end
end

-- All that follows the first line; nothing where its end is missing, or its beginning is not as the agent writes it.
-- What it says of a project is read when somebody asks for that, so that a new file costs nobody much.
local function parse(text)
  local last, bytes = text:sub(-32):match("(end (%d+)\n)$")
  if not last or #text - #last ~= tonumber(bytes) then return nil end
  local facts = { gpu_names = {}, free = {}, partitions = {}, projects = {}, of_account = {}, text = text }
  take_lines(facts, text:sub(1, place_of(text, 1, "project", "account", "end")))
  local is_known = facts.mode == "off" or facts.mode == "tell" or facts.mode == "refuse"
  return is_known and facts.site and SENTENCES[facts.language] and facts or nil
end

-- The project that an account belongs to, as its own or as an older one that bills to it; false for none.
local function project_of(facts, account)
  if facts.of_account[account] ~= nil then return facts.of_account[account] end
  local text = facts.text
  local is_name = account:match("^" .. NAME .. "$")
  local older = is_name and text:find("\naccount " .. account .. " ", 1, true)
  local id = older and text:match("^\naccount %S+ " .. NAME .. "\n", older) or account
  local begin = is_name and text:find("\nproject " .. id .. " ", 1, true)
  if begin and not facts.projects[id] then
    local found = { projects = {} }
    take_lines(found, text:sub(begin + 1, place_of(text, begin + 1, "project", "account", "end")))
    facts.projects[id] = found.projects[id]
  end
  facts.of_account[account] = facts.projects[id] or false
  return facts.of_account[account]
end

local kept = {} -- the first line that was read last, and what followed
local told      -- why everything passes, as was logged last

local function read()
  local file = io.open(FOLDER .. "/" .. (slurm.CLUSTER_NAME or "cluster") .. ".txt", "rb")
  if not file then return nil, "there is no file of the agent in " .. FOLDER end
  local first, rest = (file:read(HEAD_BYTES) or ""):match("^([^\n]*)\n(.*)$")
  local time = time_of(first)
  if time and first ~= kept.first then
    local is_good, facts = pcall(parse, rest .. (file:read(FILE_BYTES_MAX) or ""))
    kept = { first = first, facts = is_good and facts or nil }
  end
  file:close()
  if not time or not kept.facts then return nil, "the file of the agent cannot be read" end
  if math.abs(os.time() - time) > AGE_SECONDS_MAX then return nil, "the file of the agent is not of now" end
  return kept.facts
end

local function read_and_log()
  local facts, problem = read()
  if problem and problem ~= told then slurm.log_info("%s", "mesolys: " .. problem .. ": every job passes") end
  told = problem
  return facts
end

-- What a job asks -----------------------------------------------------------------------------------------------------

-- Nothing for what Slurm leaves open: NO_VAL and INFINITE, of 32 bits, or of 16.
local function number(value, is_small)
  value = tonumber(value)
  if not value or value < 0 or value >= (is_small and 65534 or 4294967294) then return nil end
  return value
end

local TRES_FIELDS = { "tres_per_job", "tres_per_node", "tres_per_socket", "tres_per_task" }

-- One of "gres:gpu:a100:2,gres:gpu": what stands before "gpu", the model or nothing, what stands before the count, and
-- that. Nothing for what is no GPU, or is written in another way.
local function gpu_of(item)
  local prefix, rest = item:match("^(gres[:/])(.+)$")
  prefix, rest = prefix or "", rest or item
  if rest == "gpu" then return { prefix = prefix, count = 1, tail = "" } end
  local mark, count, unit = rest:match("^gpu([:=])(%d+)([kKmMgG]?)$")
  if count then return { prefix = prefix, count = tonumber(count), tail = mark .. count .. unit } end
  local model, tail = rest:match("^gpu:([%w_.+-]+)([:=]%d+)$")
  model = model or rest:match("^gpu:([%w_.+-]+)$")
  if not model then return nil end
  return { prefix = prefix, model = model:lower(), count = tonumber((tail or ":1"):sub(2)), tail = tail or "" }
end

-- The resource that a type of GPUs is of, and what part of one GPU of it.
local function resource_of(facts, model)
  local known = facts.gpu_names[model]
  if known then return known.resource, known.share end
  return "gpu-" .. model, 1
end

local function each_gpu(text, visit)
  return (text:gsub("[^,]+", function(item)
    local gpu = gpu_of(item)
    return gpu and visit(gpu)
  end))
end

-- The models that it names, and whether it asks for GPUs of which it names none.
local function models_named(job)
  local named, is_untyped = {}, false
  for _, field in ipairs(TRES_FIELDS) do
    each_gpu(job[field] or "", function(gpu)
      if gpu.model then named[gpu.model] = true else is_untyped = true end
    end)
  end
  return named, is_untyped
end

local function give_model(job, model)
  for _, field in ipairs(TRES_FIELDS) do
    local text = job[field]
    local typed = each_gpu(text or "", function(gpu)
      return not gpu.model and gpu.prefix .. "gpu:" .. model .. gpu.tail or nil
    end)
    if text and typed ~= text then job[field] = typed end
  end
end

-- What it takes at the least, by resource: more than that nobody knows before Slurm has chosen its nodes. Of an array
-- one task, as Slurm starts them one by one.
local function units_of(job, facts)
  local nodes = math.max(number(job.min_nodes) or 1, 1)
  local per_node = math.max(number(job.ntasks_per_node, true) or 1, 1)
  local tasks = math.max(number(job.num_tasks) or nodes * per_node, 1)
  local per_task = math.max(number(job.cpus_per_task, true) or 1, 1)
  local cpus = math.max(number(job.min_cpus) or 1, tasks * per_task,
    nodes * math.max(number(job.pn_min_cpus, true) or 1, per_node * per_task))
  local times = { tres_per_job = 1, tres_per_node = nodes, tres_per_socket = nodes, tres_per_task = tasks }
  local units, has_gpu = {}, false
  for _, field in ipairs(TRES_FIELDS) do
    local counts = {}
    each_gpu(job[field] or "", function(gpu)
      local model = gpu.model or facts.model
      has_gpu = true
      if not model then return end
      local resource, share = resource_of(facts, model)
      counts[resource] = (counts[resource] or 0) + gpu.count * times[field] * share
    end)
    for resource, count in pairs(counts) do
      if count > 0 then units[resource] = math.max(units[resource] or 0, count) end
    end
  end
  if not (has_gpu and facts.gpu_jobs_pay_no_cpu) then units.cpu = cpus end
  return units
end

-- Those that it may run in; the default one where it names none.
local function partitions_of(job, parts)
  local names = {}
  for name in (job.partition or ""):gmatch("[^,]+") do table.insert(names, name) end
  if #names > 0 then return names end
  for name, part in pairs(parts or {}) do
    if part.flag_default == 1 or part.flag_default == true then return { name } end
  end
  return names
end

-- The least that it may run for; nothing where that is not known.
local function seconds_of(job, parts)
  local least = number(job.time_limit)
  local time_min = number(job.time_min)
  if time_min and time_min > 0 then least = math.min(least or time_min, time_min) end
  if least then return least * 60 end
  for _, name in ipairs(partitions_of(job, parts)) do
    local part = (parts or {})[name] or {}
    local usual = number(part.default_time) or number(part.max_time)
    if not usual then return nil end
    least = math.min(least or usual, usual)
  end
  return least and least * 60
end

-- Whether it need not begin before the next grant of its project does.
local function may_begin_later(job, project)
  if not project.next then return false end
  return (number(job.begin_time) or 0) >= project.next or (job.dependency or "") ~= ""
end

-- What is said ------------------------------------------------------------------------------------------------------

-- Of a batch job only, Slurm tells the environment.
local function language_of(job, facts)
  if (job.script or "") == "" then return facts.language end
  for _, name in ipairs({ "LC_ALL", "LC_MESSAGES", "LANG" }) do
    local is_told, value = pcall(function() return job.environment[name] end)
    if is_told and value and value ~= "" then return value:match("^fr") and "fr" or "en" end
  end
  return facts.language
end

-- What people wrote goes back to their terminal.
local function plain(text) return (tostring(text):sub(1, 64):gsub("[^%w_.@:+-]", "?")) end

local function sentence(job, facts, key, ...)
  local arguments = { ... }
  local text = SENTENCES[language_of(job, facts)][key]
  return (text:gsub("%$(%d)", function(place) return arguments[tonumber(place) + 1] end))
end

-- As `mesolys balance` has them: "12.5 h".
local function hours_text(seconds)
  local hundredths = math.floor((seconds * 200 + 3600) / 7200)
  if hundredths == 0 and seconds > 0 then return string.format("%d s", seconds) end
  local whole, rest = math.floor(hundredths / 100), hundredths % 100
  if rest == 0 then return string.format("%d h", whole) end
  if rest % 10 == 0 then return string.format("%d.%d h", whole, rest / 10) end
  return string.format("%d.%02d h", whole, rest)
end

-- As sbatch takes it: "2-14:29:00".
local function time_limit_text(seconds)
  local days = math.floor(seconds / 86400)
  local rest = string.format("%d:%02d:00", math.floor(seconds % 86400 / 3600), math.floor(seconds % 3600 / 60))
  return days > 0 and days .. "-" .. rest or rest
end

local function tell(because, advice) slurm.user_msg("%s", "mesolys: " .. because .. "; " .. advice) end

local function refuse(code, because, advice)
  tell(because, advice)
  return slurm[code] or slurm.ERROR
end

local function more_hours(job, facts, project)
  local more = sentence(job, facts, "more_hours", project.id)
  if not project.next then return more end
  return sentence(job, facts, "later", os.date("%Y-%m-%dT%H:%M:%S", project.next), project.id, more)
end

-- The judgement -----------------------------------------------------------------------------------------------------

-- By name, so that two jobs that ask the same are told the same.
local function sorted(set)
  local names = {}
  for name in pairs(set) do table.insert(names, name) end
  table.sort(names)
  return names
end

local function nothing_of(job, facts, project, resource)
  if project.left[resource] then return sentence(job, facts, "used_up", project.id, resource, facts.site) end
  return sentence(job, facts, "no_grant", project.id, resource, facts.site)
end

-- Of what it asks, the first that its project has nothing of.
local function lacking(job, facts, project)
  local resources = sorted(units_of(job, facts))
  for _, resource in ipairs(resources) do
    if (project.left[resource] or 0) <= 0 then return resource end
  end
  return resources[1]
end

-- Whether its account may take it at all; answers what Slurm is told where not.
local function refusal_of_account(job, facts, account, project, user)
  if not project then
    return refuse("ESLURM_INVALID_ACCOUNT", sentence(job, facts, "no_project", plain(account)),
      sentence(job, facts, "own_account"))
  end
  -- Whoever uses an older account that bills to the project is the site's matter.
  if account == project.id and user and not project.members[user] then
    return refuse("ESLURM_INVALID_ACCOUNT",
      sentence(job, facts, "not_a_member", plain(user), project.id, facts.site),
      sentence(job, facts, "be_added", project.id, facts.site, plain(user)))
  end
  if project.is_closed and not may_begin_later(job, project) then
    return refuse("ESLURM_ACCOUNTING_POLICY",
      nothing_of(job, facts, project, lacking(job, facts, project)), more_hours(job, facts, project))
  end
  return nil
end

-- The models of its partitions; nothing where one of them is not known, or has GPUs without one, which no job that
-- names a model would get.
local function models_there(job, parts, facts)
  local models, names = {}, partitions_of(job, parts)
  if #names == 0 then return nil end
  for _, name in ipairs(names) do
    if not facts.partitions[name] or facts.partitions[name]["-"] then return nil end
    for model in pairs(facts.partitions[name]) do models[model] = true end
  end
  return models
end

local function left_of(facts, project, model) return project.left[(resource_of(facts, model))] end

local function has_hours(facts, project, model) return not project or (left_of(facts, project, model) or 0) > 0 end

-- The model of GPUs that have none: what the job names elsewhere, its partition's only one, the site's configured one.
-- Otherwise those that the project has hours of, for it to choose.
local function model_for(named, there, facts, project)
  if #named == 1 then return named[1] end
  if not there then return nil end
  local models = sorted(there)
  if #models == 1 then return models[1] end
  local is_there = there[facts.model or ""]
  if facts.model and is_there and has_hours(facts, project, facts.model) then return facts.model end
  local with_hours = {}
  for _, model in ipairs(models) do
    if has_hours(facts, project, model) then table.insert(with_hours, model) end
  end
  if #with_hours > 0 then return nil, with_hours end
  -- It has hours of none: one is as good as the other, and with a model its limit holds.
  return facts.model and is_there and facts.model or models[1]
end

-- Gives its GPUs their model; answers what Slurm is told where nobody knows which.
local function refusal_of_gpus(job, parts, facts, project)
  local named, is_untyped = models_named(job)
  if not is_untyped then return nil end
  local there = models_there(job, parts, facts)
  if there and not next(there) then return nil end
  local model, choice = model_for(sorted(named), there, facts, project)
  if model then give_model(job, model) end
  if not choice or not project or facts.mode == "off" then return nil end
  local texts = {}
  for _, each in ipairs(choice) do
    local left = left_of(facts, project, each)
    table.insert(texts, left == math.huge and each or each .. " (" .. hours_text(left) .. ")")
  end
  return refuse("ESLURM_ACCOUNTING_POLICY",
    sentence(job, facts, "which_model", project.id, table.concat(texts, ", ")),
    sentence(job, facts, "name_model", choice[1]))
end

-- The limit that it exceeds; of several the one that needs the shortest time.
local function exceeded_by(units, seconds, left, shortest)
  for _, resource in ipairs(sorted(units)) do
    local have = left(resource)
    -- To the nearest second, as it is charged: of a part of a GPU it is no whole number.
    local is_exceeded = have and have < math.max(math.floor(units[resource] * (seconds or 0) + 0.5), 1)
    local fitting = is_exceeded and math.floor(have / units[resource] / 60) * 60
    if fitting and (not shortest or fitting < shortest.fitting) then
      shortest = { resource = resource, fitting = fitting, have = have }
    end
  end
  return shortest
end

-- Whether time × units is more than is left; answers what Slurm is told.
local function judgement_of_hours(job, parts, facts, project, user)
  local units, seconds = units_of(job, facts), seconds_of(job, parts)
  local because, advice, found
  local ceilings = project.ceilings[user or ""] or {}
  found = exceeded_by(units, seconds, function(resource) return project.left[resource] or 0 end)
  local of_member = exceeded_by(units, seconds, function(resource) return ceilings[resource] end, found)
  if not of_member or may_begin_later(job, project) then return slurm.SUCCESS end
  if of_member ~= found then
    found = of_member
    because = sentence(job, facts, "member_ceiling", found.resource, plain(user), project.id, facts.site)
    advice = sentence(job, facts, "raise_ceiling", project.id)
  elseif found.have <= 0 then
    because, advice = nothing_of(job, facts, project, found.resource), more_hours(job, facts, project)
  else
    because = sentence(job, facts, "too_long", found.resource, project.id, facts.site, hours_text(found.have))
    advice = more_hours(job, facts, project)
  end
  if found.fitting > 0 then advice = sentence(job, facts, "shorter", time_limit_text(found.fitting), advice) end
  if facts.mode == "refuse" then return refuse("ESLURM_ACCOUNTING_POLICY", because, advice) end
  tell(because, advice .. "; " .. sentence(job, facts, "goes_on"))
  return slurm.SUCCESS
end

local function judge(job, parts)
  local facts = read_and_log()
  if not facts then return slurm.SUCCESS end
  -- Slurm keeps accounts in lower case.
  local account = (job.account or job.default_account or ""):lower()
  local user = job.user_name
  local project = project_of(facts, account)
  local is_judged = facts.mode ~= "off" and account ~= "" and not facts.free[account] and job.user_id ~= 0
  local refusal = is_judged and refusal_of_account(job, facts, account, project, user)
  refusal = refusal or refusal_of_gpus(job, parts, facts, project)
  if refusal then return refusal end
  return is_judged and judgement_of_hours(job, parts, facts, project, user) or slurm.SUCCESS
end

-- Slurm's interface -------------------------------------------------------------------------------------------------

function slurm_job_submit(job, parts, submit_uid)
  local is_done, answer = pcall(judge, job, parts)
  if is_done then return answer end
  slurm.log_error("%s", "mesolys: the job passes: " .. tostring(answer))
  return slurm.SUCCESS
end

function slurm_job_modify(job, record, parts, modify_uid) return slurm.SUCCESS end

return slurm.SUCCESS
