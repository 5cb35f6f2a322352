-- A slurmctld for deploy/slurm/job_submit.lua: job_submit_test.py appends the jobs to it, and reads what it prints.
slurm = {
  SUCCESS = 0, ERROR = -1, FAILURE = -1, ESLURM_INVALID_ACCOUNT = 2045, ESLURM_ACCOUNTING_POLICY = 2050,
  CLUSTER_NAME = "psmn",
  user_msg = function(...) print("said", (string.format(...):gsub("\n", "\\n"))) end,
  log_info = function(...) print("info", string.format(...)) end,
  log_error = function(...) print("error", string.format(...)) end,
}
-- What runs as code gives itself away.
function planted() print("planted", "ran") end

function submit(job, parts)
  print("answer", slurm_job_submit(job, parts, job.user_id))
  for _, field in ipairs({ "gres", "tres_per_job", "tres_per_node", "tres_per_socket", "tres_per_task" }) do
    if job[field] then print(field, job[field]) end
  end
end

print("loaded", dofile(arg[1]))
