"""What the services of the demo have to say when they fail, as they would."""

FFMPEG = """\
Traceback (most recent call last):
  File "/opt/transcode/worker.py", line 88, in run
    self.encode(job, frames)
  File "/opt/transcode/worker.py", line 131, in encode
    subprocess.run(command, check=True, stderr=self.log)
  File "/usr/lib/python3.11/subprocess.py", line 571, in run
    raise CalledProcessError(retcode, process.args,
subprocess.CalledProcessError: Command '['ffmpeg', '-y', '-start_number', '1001', '-r', '24', \
'-i', 'beauty.%04d.exr', '-c:v', 'libx264', '-crf', '18', 'review.mp4']' returned non-zero exit status 1.

ffmpeg version 6.1.1 Copyright (c) 2000-2023 the FFmpeg developers
Input #0, image2, from 'beauty.%04d.exr':
  Duration: 00:00:04.00, start: 0.000000, bitrate: N/A
  Stream #0:0: Video: exr, gbrapf32le, 2048x1152 [SAR 1:1 DAR 16:9], 24 fps
[exr @ 0x55d0c8a3f2c0] Insufficient data
Error while decoding stream #0:0: Invalid data found when processing input
frame=   42 fps= 11 q=-1.0 Lsize=    1893kB time=00:00:01.75 bitrate=8861.0kbits/s
Conversion failed!
"""

UPLOAD_BUSY = """\
Traceback (most recent call last):
  File "/opt/review/uploader.py", line 54, in upload
    self.send_part(session, number, part)
  File "/opt/review/uploader.py", line 77, in send_part
    response.raise_for_status()
  File "/opt/review/.venv/lib/python3.11/site-packages/requests/models.py", line 1024, in raise_for_status
    raise HTTPError(http_error_msg, response=self)
requests.exceptions.HTTPError: 503 Server Error: Service Temporarily Unavailable for url: \
https://review.example.com/api/uploads
"""

SHOTGRID_AWAY = """\
Traceback (most recent call last):
  File "/opt/shotgrid/processor.py", line 112, in process
    entity = self.connection.find_one("Task", filters, fields)
  File "/opt/shotgrid/.venv/lib/python3.11/site-packages/shotgun_api3/shotgun.py", line 1015, in find_one
    results = self.find(entity_type, filters, fields, order, filter_operator, 1)
  File "/usr/lib/python3.11/ssl.py", line 1167, in read
    return self._sslobj.read(len, buffer)
TimeoutError: The read operation timed out
"""

CHAT_LIMIT = """\
Traceback (most recent call last):
  File "/opt/notifier/chat.py", line 31, in post
    client.chat_postMessage(channel="#dailies", blocks=blocks)
  File "/opt/notifier/.venv/lib/python3.11/site-packages/slack_sdk/web/slack_response.py", line 199, in validate
    raise e.SlackApiError(message=msg, response=self)
slack_sdk.errors.SlackApiError: The request to the Slack API failed. (url: https://slack.com/api/chat.postMessage)
The server responded with: {'ok': False, 'error': 'ratelimited'}
"""

FTRACK_FPS = """\
Traceback (most recent call last):
  File "/opt/ftrack/processor.py", line 203, in process
    self.handle(event)
  File "/opt/ftrack/handlers/frame_range.py", line 47, in handle
    duration = (frame_end - frame_start + 1) / attributes["fps"]
KeyError: 'fps'
"""
